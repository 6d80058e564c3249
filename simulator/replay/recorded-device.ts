import type { SimulatedDevice } from '#simulator/world/fixtures.ts'

/** The device of a recording, as the network and the fleet know devices: it stands nowhere. */
export const recordedDevice = (
  kind: string,
  { id, secret }: { readonly id: string; readonly secret: string },
  index: number,
): SimulatedDevice => ({
  index,
  id,
  kind,
  number: index + 1,
  secret,
  label: id,
  group: '',
  medium: null,
  spot: null,
  part: null,
})
