import type { EpochMs } from './time.ts'

/** Why a message, or one item of an array, was refused. The name is stable. */
export const REASONS = {
  'not-utf8': 'The payload is not valid UTF-8.',
  'not-json': 'The payload is not JSON.',
  'not-object': 'The payload, or an item of its array, is not a JSON object.',
  'too-many': 'The array has more items than one message may carry.',
  'empty-array': 'The array has no item.',
  'unknown-device': 'No device of that id is registered.',
  'disabled-device': 'The device is disabled in the registry.',
  'wrong-topic': 'The topic is not one this device may publish to.',
  'time-format': 'measuredAt or observedAt is neither RFC 3339 with a zone nor epoch milliseconds.',
  'time-future': 'measuredAt or observedAt lies further ahead of our clock than is allowed.',
  'time-too-old': 'measuredAt or observedAt is older than the horizon.',
  'seq-invalid': 'seq is not a whole number from 0 to 2^53 - 1.',
  'channel-type': 'A channel has a value of the wrong type.',
  'channel-range': 'A channel has a value outside the range of its kind.',
  'channel-not-finite': 'A channel has a number too large to be finite.',
  'place-incomplete': 'A longitude without a latitude, or the reverse.',
  'place-null-island': 'The place is (0, 0): the receiver had no fix.',
  'place-swapped': 'Longitude and latitude are swapped.',
  'place-projected': 'The place is in plane or Mercator metres, not in degrees.',
  'place-out-of-range': 'The place is not on the earth.',
  'text-not-storable': 'A text has a NUL or half a surrogate pair, which cannot be stored.',
  'extra-too-large': 'The unknown channels of one reading are larger than is allowed.',
  'reply-format': 'A command reply has not the stated form.',
  'reply-refused':
    'What the reply answers to does not take it, such as a task that is over; the detail says why.',
  'report-format':
    'A report of a terminal has not the stated form, or does not say what and where.',
  'not-a-terminal': 'Only a patrol terminal may report what is wrong.',
  'report-refused':
    'The report cannot enter the flow of cases; the detail says why. Run it again once that is mended.',
  'not-decoded':
    'The decoder failed on it. This is a defect of Wanmi: run the message again once it is mended.',
  'not-stored':
    'What the message says could not be stored. This is a defect of Wanmi: run the message again once it is mended.',
  'database-refused': 'The database refused the value; the detail has its words.',
} as const

export type ReasonCode = keyof typeof REASONS

export interface Reason {
  readonly code: ReasonCode
  /** The channel or field at fault, where there is one. */
  readonly field?: string
  /** What was found, in few words; never more than 200 characters. */
  readonly detail?: string
}

/** A message, or items of one, on its way to the quarantine. */
export interface Rejection {
  /** Of its entry in the quarantine: what is written twice under one id is one entry. A UUID. */
  readonly id: string
  /** As the broker knows the sender; the topic may claim another. */
  readonly deviceId: string
  readonly topic: string
  readonly payload: Uint8Array
  /** Position in the array the payload was cut from; null for a whole message. */
  readonly item: number | null
  readonly receivedAt: EpochMs
  readonly reasons: readonly Reason[]
  /** The quarantine entry that was run again and failed again; null for a new message. */
  readonly replayOf: string | null
}
