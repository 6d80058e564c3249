import type { Bilingual } from '#model/text.ts'

/** From what is well to what keeps Wanmi from working. */
export const LEVELS = ['ok', 'warning', 'fault'] as const
export type Level = (typeof LEVELS)[number]

/** One thing the doctor looked at, as a sentence for whoever runs the service. */
export interface Finding {
  /** What was looked at, such as `port HTTP_PORT`. */
  readonly about: string
  readonly level: Level
  readonly text: Bilingual
}

export type Findings = readonly Finding[]

const finding =
  (level: Level) =>
  (about: string, en: string, zh: string): Finding => ({ about, level, text: { en, zh } })

export const ok = finding('ok')
export const warning = finding('warning')
export const fault = finding('fault')

/** 0, 1 or 2: the exit code of the doctor is that of the worst finding. */
export const rankOf = ({ level }: Finding): number => LEVELS.indexOf(level)
