import { Rejected } from '#model/error.ts'
import { type EpochMs, parseInstant } from '#model/time.ts'
import type {
  TrueFault,
  TrueIncident,
  TruePhenomenon,
  TrueRun,
  TruthLine,
} from '#simulator/truth/truth-file.ts'

/** Half open; without end where it had not ended when the run did. */
export interface Span {
  readonly from: number
  /** The same as `from` for what happens in an instant; Infinity while it lasts. */
  readonly to: number
}

/** One thing that truly was so at one object. */
export interface TrueSpan extends Span {
  readonly phenomenon: string
  readonly incidentId: string
  readonly cause: string
  readonly deviceId: string | null
  readonly isInstant: boolean
  readonly measured: number
  readonly sent: number
  readonly lost: number
  readonly unseen: TruePhenomenon['unseen']
}

/** Something that befell a device: an incident by its cause, or a fault by its name. */
export interface Befallen extends Span {
  readonly name: string
  /** What was so for it, anywhere; nothing for a fault. */
  readonly phenomena: readonly string[]
}

/** A truth file, ready to be asked. */
export interface TrueCity {
  readonly run: TrueRun
  readonly from: EpochMs
  readonly to: EpochMs
  /** Devices times days: what false alarms are counted by. */
  readonly device_days: number
  readonly phenomena: readonly TrueSpan[]
  /** Whether the device is one of this run's. */
  has(deviceId: string): boolean
  incidentsAt(deviceId: string): readonly Befallen[]
  faultsOf(deviceId: string): readonly Befallen[]
}

const DAY_MS = 86_400_000
const NONE: readonly Befallen[] = []

/** @throws Rejected 'invalid-input' when there is no line of the run */
export function trueCity(lines: readonly TruthLine[]): TrueCity {
  const run = lines.find((line) => line.type === 'run')
  if (!run) throw new Rejected('invalid-input', 'the truth does not say of which run it is')
  const incidents = lines.filter((line) => line.type === 'incident')
  const faults = lines.filter((line) => line.type === 'fault')
  const [from, to] = [instant(run.startedAt), instant(run.endedAt)]
  const phenomena = incidents.flatMap(spansOf)
  const incidentsByDevice = byDevice(
    incidents.flatMap((incident) => incident.deviceIds.map((id) => [id, befallen(incident)])),
  )
  const faultsByDevice = byDevice(faults.map((fault) => [fault.deviceId, befallen(fault)]))
  const prefix = `sim-${run.citySeed}-`
  // A city of the registry's own devices has no prefix of its own.
  const isSeeded = [...incidentsByDevice.keys(), ...faultsByDevice.keys()].every((id) =>
    id.startsWith(prefix),
  )
  return {
    run,
    from,
    to,
    device_days: (run.devices * (to - from)) / DAY_MS,
    phenomena,
    has: (deviceId) => !isSeeded || deviceId.startsWith(prefix),
    incidentsAt: (deviceId) => incidentsByDevice.get(deviceId) ?? NONE,
    faultsOf: (deviceId) => faultsByDevice.get(deviceId) ?? NONE,
  }
}

/** Faults that make a device tell wrong times begin so. */
export const isClockFault = ({ name }: Befallen): boolean => name.startsWith('clock-')

/**
 * @throws Rejected 'invalid-input' when it is none: everything read from a file was checked before
 */
export function instant(text: string): EpochMs {
  const at = parseInstant(text)
  if (at === undefined) throw new Rejected('invalid-input', `${text} is no RFC 3339 instant`)
  return at
}

const spansOf = ({ id, cause, phenomena }: TrueIncident): TrueSpan[] =>
  phenomena.map((one) => ({
    ...spanOf(one),
    phenomenon: one.phenomenon,
    incidentId: id,
    cause,
    deviceId: one.deviceId,
    isInstant: one.endedAt === one.startedAt,
    measured: one.measured,
    sent: one.sent,
    lost: one.lost,
    unseen: one.unseen,
  }))

const spanOf = (one: { readonly startedAt: string; readonly endedAt: string | null }): Span => ({
  from: instant(one.startedAt),
  to: one.endedAt === null ? Infinity : instant(one.endedAt),
})

const befallen = (line: TrueIncident | TrueFault): Befallen => ({
  ...spanOf(line),
  ...(line.type === 'incident'
    ? { name: line.cause, phenomena: line.phenomena.map(({ phenomenon }) => phenomenon) }
    : { name: line.fault, phenomena: [] }),
})

function byDevice(
  pairs: readonly (readonly [string, Befallen])[],
): ReadonlyMap<string, readonly Befallen[]> {
  const groups = Map.groupBy(pairs, ([id]) => id)
  return new Map([...groups].map(([id, own]) => [id, own.map(([, one]) => one)]))
}
