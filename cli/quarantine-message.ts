/** A refused message as the API lists it. */
export interface Entry {
  readonly id: string
  readonly deviceId: string
  readonly topic: string
  readonly item: number | null
  readonly payload_bytes: number
  readonly receivedAt: string
  readonly reasons: readonly {
    readonly code: string
    readonly field?: string
    readonly detail?: string
  }[]
  readonly attempts: number
  readonly resolvedAt: string | null
}

/** With its bytes. */
export interface Message extends Entry {
  readonly payload_base64: string
  readonly payload_text: string | null
}

export const reasonLine = ({ code, field, detail }: Entry['reasons'][number]): string =>
  printable([code, field, detail].filter((part) => part !== undefined).join('  '))

/** Control characters but for line breaks and tabs. */
const CONTROL = /[^\P{Cc}\n\t]/gu

/** What a device sent may hold codes that take a terminal over; they are shown and not obeyed. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)
