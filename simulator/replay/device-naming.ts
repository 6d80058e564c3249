import { isDeviceId } from '#model/device.ts'
import { cell, type Row } from './row.ts'

/** Whose the rows of a recording are: all of one device, or each of the device a column names. */
export type DeviceNaming =
  | { readonly id: string }
  | {
      readonly column: string
      /** Put before what the column says. */
      readonly prefix: string
    }

export type NamedDevice = { readonly id: string } | { readonly fault: string }

const NAMELESS: NamedDevice = { fault: 'no device' }
const NO_ID: NamedDevice = { fault: 'device cannot be an id' }

/** The device of a row, or why it has none. */
export function deviceOf(row: Row, naming: DeviceNaming): NamedDevice {
  if ('id' in naming) return naming
  const name = cell(row, naming.column)
  if (name === undefined) return NAMELESS
  const id = naming.prefix + name
  return isDeviceId(id) ? { id } : NO_ID
}
