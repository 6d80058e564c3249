import { type AttributeValue, isAttributeName, readAttribute } from '#model/attributes.ts'
import { type CoordinateSystem, fromWgs84 } from '#model/place.ts'
import type { components, paths } from '#web/src/api/schema.d.ts'

export type DeviceView = components['schemas']['Device']
export type NewDevice =
  paths['/api/v1/devices']['post']['requestBody']['content']['application/json']
export type DevicePatch = NonNullable<
  paths['/api/v1/devices/{id}']['patch']['requestBody']
>['content']['application/json']

/** A device as it stands in a form: texts as they were typed. */
export interface DeviceDraft {
  id: string
  kind: NewDevice['kind'] | ''
  label: string
  lon: string
  lat: string
  system: CoordinateSystem
  address: string
  partId: string
  group: string
  interval: string
  attributes: string
  enabled: boolean
  secret: string
}

/** No finer than a device can be placed. */
const DEGREES = 6

/** Its place is typed in the system of its own fixes. */
export function draftOf(device: DeviceView | null): DeviceDraft {
  const system = device?.coordinateSystem ?? 'wgs84'
  const place = device?.place ? fromWgs84(device.place, system) : null
  const inDegrees = (value: number | undefined): string =>
    value === undefined ? '' : String(Number(value.toFixed(DEGREES)))
  return {
    id: device?.id ?? '',
    kind: device?.kind ?? '',
    label: device?.label ?? '',
    lon: inDegrees(place?.lon_deg),
    lat: inDegrees(place?.lat_deg),
    system,
    address: device?.address ?? '',
    partId: device?.partId ?? '',
    group: device?.group ?? '',
    interval: device ? String(device.reportingInterval_s) : '',
    attributes: Object.entries(device?.attributes ?? {})
      .map(([name, value]) => `${name}=${String(value)}`)
      .join('\n'),
    enabled: device?.enabled ?? true,
    secret: '',
  }
}

export type DraftFault =
  | { readonly key: 'numberFault' | 'placeFault' }
  | { readonly key: 'attributesFault'; readonly line: string }

/** What the service could not even be asked; undefined when nothing. */
export function faultOf(draft: DeviceDraft): DraftFault | undefined {
  const numbers = [draft.lon, draft.lat, draft.interval]
  if (numbers.some((text) => text !== '' && !Number.isFinite(Number(text)))) {
    return { key: 'numberFault' }
  }
  if ((draft.lon === '') !== (draft.lat === '')) return { key: 'placeFault' }
  const line = linesOf(draft.attributes).find((each) => attributeOf(each) === undefined)
  return line === undefined ? undefined : { key: 'attributesFault', line }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

function attributeOf(line: string): [string, AttributeValue] | undefined {
  const [name = '', ...rest] = line.split('=')
  const value = rest.join('=').trim()
  return isAttributeName(name.trim()) && value !== ''
    ? [name.trim(), readAttribute(value)]
    : undefined
}

const attributesOf = (text: string): Record<string, AttributeValue> =>
  Object.fromEntries(linesOf(text).flatMap((line) => [attributeOf(line) ?? []].filter(isPair)))

const isPair = (pair: readonly unknown[]): pair is [string, AttributeValue] => pair.length === 2

/** What registers a device; what was left empty is absent. */
export function newDeviceOf(draft: DeviceDraft): NewDevice {
  const { label, address, partId, group, secret } = draft
  const texts = Object.entries({ label, address, partId, group, secret })
  const attributes = attributesOf(draft.attributes)
  return {
    id: draft.id.trim(),
    kind: draft.kind as NewDevice['kind'],
    ...Object.fromEntries(texts.filter(([, text]) => text !== '')),
    ...(draft.lon !== '' && { lon_deg: Number(draft.lon), lat_deg: Number(draft.lat) }),
    ...(draft.interval !== '' && { reportingInterval_s: Number(draft.interval) }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
    coordinateSystem: draft.system,
    enabled: draft.enabled,
  }
}

/** What was changed; what was emptied is taken away. */
export function devicePatchOf(draft: DeviceDraft, device: DeviceView): DevicePatch {
  const before = draftOf(device)
  const changed = (name: keyof DeviceDraft): boolean => draft[name] !== before[name]
  const texts = (['label', 'address', 'partId', 'group'] as const).filter(changed)
  const isMoved = changed('lon') || changed('lat') || (changed('system') && draft.lon !== '')
  const inNumbers = (text: string): number | null => (text === '' ? null : Number(text))
  const after = attributesOf(draft.attributes)
  const gone = Object.keys(device.attributes).filter((name) => !(name in after))
  return {
    ...Object.fromEntries(texts.map((name) => [name, draft[name] === '' ? null : draft[name]])),
    ...(isMoved && { lon_deg: inNumbers(draft.lon), lat_deg: inNumbers(draft.lat) }),
    ...(changed('system') && { coordinateSystem: draft.system }),
    ...(changed('interval') && { reportingInterval_s: inNumbers(draft.interval) }),
    ...(changed('enabled') && { enabled: draft.enabled }),
    ...(changed('attributes') && {
      attributes: { ...after, ...Object.fromEntries(gone.map((name) => [name, null])) },
    }),
  }
}
