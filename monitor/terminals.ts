import type { Device } from '#model/device.ts'
import { channelIndex } from '#model/kind.ts'
import { patrolTerminal } from '#model/kinds/patrol-terminal.ts'
import type { Place } from '#model/place.ts'
import type { Reading, StoredReading } from '#model/reading.ts'
import { type DurationMs, type EpochMs, minutes } from '#model/time.ts'
import type { History } from './ports.ts'

const LON = channelIndex(patrolTerminal, 'lon_deg')
const LAT = channelIndex(patrolTerminal, 'lat_deg')
const ON_DUTY = channelIndex(patrolTerminal, 'on_duty')

/** A terminal that has said nothing for longer is with nobody on duty. */
const HEARD_WITHIN: DurationMs = minutes(15)
/** Readings looked at for the last place and duty of a terminal. */
const LOOK_BACK = 20

interface Carried {
  readonly at: EpochMs
  readonly place: Place | null
  readonly isOnDuty: boolean
}

/** Where inspectors are, and whether they are on duty, as their terminals said last. */
export class Terminals {
  readonly #carried = new Map<string, Carried>()

  /** @throws Unavailable when the database does not answer */
  static async open(
    devices: Iterable<Device>,
    history: Pick<History, 'latest'>,
  ): Promise<Terminals> {
    const terminals = new Terminals()
    const ours = [...devices].filter(({ kind }) => kind === patrolTerminal.name)
    for (const [id, readings] of await history.latest(ours, () => LOOK_BACK)) {
      for (const reading of readings) terminals.#hear(id, reading)
    }
    return terminals
  }

  /** Readings that were committed. */
  heard(readings: readonly Reading[]): void {
    for (const reading of readings) {
      if (reading.device.kind === patrolTerminal.name) this.#hear(reading.device.id, reading)
    }
  }

  /** Undefined: not on duty, or not heard for a quarter of an hour. */
  onDuty(deviceId: string, now: EpochMs): { readonly place: Place | null } | undefined {
    const known = this.#carried.get(deviceId)
    return known?.isOnDuty && now - known.at <= HEARD_WITHIN ? { place: known.place } : undefined
  }

  #hear(
    deviceId: string,
    { measuredAt, values }: Pick<StoredReading, 'measuredAt' | 'values'>,
  ): void {
    const before = this.#carried.get(deviceId)
    if (before && before.at > measuredAt) return
    const [lon_deg, lat_deg, duty] = [values[LON], values[LAT], values[ON_DUTY]]
    const hasFix = typeof lon_deg === 'number' && typeof lat_deg === 'number'
    this.#carried.set(deviceId, {
      at: measuredAt,
      place: hasFix ? { lon_deg, lat_deg } : (before?.place ?? null),
      // Terminals that do not say are with whoever works.
      isOnDuty: typeof duty === 'boolean' ? duty : (before?.isOnDuty ?? true),
    })
  }
}
