import type { PlaceFault } from './place.ts'

/** Why a row of an import was refused. The name is stable. */
export const IMPORT_REASONS = {
  columns: 'The row has more or fewer fields than the header has columns.',
  'not-json': 'The feature, or the geometry of the row, is not JSON.',
  'not-feature': 'The item is not a GeoJSON feature with properties and the geometry it needs.',
  'row-too-large': 'One row, or one feature, is larger than is allowed.',
  missing: 'A field that every row needs is missing.',
  'unknown-field': 'The row has a field that such an object does not have.',
  'bad-value': 'A field has a value of the wrong type, form or length.',
  'unknown-kind': 'There is no such kind of device.',
  'kind-changed': 'The device is registered as another kind; a device keeps its kind.',
  'unknown-part': 'No part of that code is in the registry.',
  'beyond-scope': 'The object lies, or would lie, beyond the areas and networks of the account.',
  'unknown-name': 'The field names something that is in no list of such names.',
  'unknown-class': 'No catalogue has that class.',
  'unknown-department': 'No department of that name handles cases here.',
  'spreadsheet-number': 'A spreadsheet has rounded the number: keep its column as text.',
  'time-future': 'Something is said to have happened that is still to come.',
  'own-case': 'The case is one of this platform, which takes none over from itself.',
  'other-system': 'The account hands over the cases of another system.',
  'went-on-here': 'The case has gone further here than the row says.',
  duplicate: 'The same identity stands further up in the file.',
  'text-not-storable': 'A text has a NUL or half a surrogate pair, which cannot be stored.',
  'place-incomplete': 'A longitude without a latitude, or the reverse.',
  'place-null-island': 'The place is (0, 0).',
  'place-swapped': 'Longitude and latitude are swapped.',
  'place-projected': 'The place is in plane or Mercator metres, not in degrees.',
  'place-out-of-range': 'The place is not on the earth.',
  'ring-unclosed': 'The last position of a ring is not its first.',
  'ring-crossing': 'A ring of the polygon crosses itself.',
  'ring-flat': 'A ring of the polygon encloses no area.',
  'line-flat': 'A line has no length.',
  'too-many-positions': 'The geometry has more positions than it may have.',
} as const

export type ImportReasonCode = keyof typeof IMPORT_REASONS

export interface ImportReason {
  readonly code: ImportReasonCode | PlaceFault
  /** The column or property at fault, where there is one. */
  readonly field?: string
  /** One sentence for a person, with what was found. */
  readonly detail: string
}

export interface RefusedRow {
  /** Line of the file on which the row begins, from 1. */
  readonly line: number
  /** As far as the row gives one. */
  readonly id: string | null
  readonly reasons: readonly ImportReason[]
}

/**
 * What an import keeps. `whole`: every row, or nothing where one is refused. `partial`: the rows
 * without fault. `check`: nothing, it only says what it would refuse.
 */
export type ImportWay = 'whole' | 'partial' | 'check'

/** What an import did. */
export interface ImportReport {
  readonly committed: boolean
  /** Rows without fault; kept only when `committed`. */
  readonly accepted: number
  readonly rejected: number
  /** The refused rows in the order of the file, cut at {@link REPORTED_ROWS_MAX}. */
  readonly rows: readonly RefusedRow[]
  /** Only of devices whose row gave none and that are new. Shown here and never again. */
  readonly secrets: readonly { readonly id: string; readonly secret: string }[]
}

/** A file that is wrong from end to end should not make a report as large as itself. */
export const REPORTED_ROWS_MAX = 10_000
