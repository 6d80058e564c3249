import type { AttributeValue } from './attributes.ts'
import { type Device, districtOf } from './device.ts'
import { partClass } from './part.ts'
import type { DeviceSelector, OneOf } from './selector.ts'

/**
 * Whether a device is one of those a selector is for. What a device does not have fits nothing: one
 * without a grid, such as all that move, is in no grid. An empty selector fits every device.
 */
export function selects(selector: DeviceSelector, device: Device): boolean {
  const { device: id, group, district, grid, partClass: ofPart, attributes } = selector
  return (
    isOneOf(id, device.id) &&
    isOneOf(group, device.group) &&
    (district === undefined || isOneOf(district, districtOf(device))) &&
    (grid === undefined || isIn(grid, device.gridCode)) &&
    (ofPart === undefined ||
      (device.partId !== null && isOneOf(ofPart, partClass(device.partId)))) &&
    (attributes === undefined || haveAll(attributes, device))
  )
}

const listOf = <Value>(one: OneOf<Value>): readonly Value[] =>
  Array.isArray(one) ? (one as readonly Value[]) : [one as Value]

const isOneOf = <Value>(
  wanted: OneOf<Value> | undefined,
  value: NoInfer<Value> | null | undefined,
): boolean =>
  wanted === undefined || (value !== null && value !== undefined && listOf(wanted).includes(value))

/** Codes of grids begin with those of their community and street. */
const isIn = (wanted: OneOf<string>, gridCode: string | null): boolean =>
  gridCode !== null && listOf(wanted).some((code) => gridCode.startsWith(code))

const haveAll = (
  wanted: Readonly<Record<string, OneOf<AttributeValue>>>,
  { attributes }: Device,
): boolean =>
  Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(attributes, name) && isOneOf(value, attributes[name]),
  )
