import { type EpochMs, epochMs } from '#model/time.ts'
import type { Cause } from '#simulator/incidents/causes.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import { between, splitRandom } from '#simulator/random/random.ts'
import type { SimulatedDevice } from '#simulator/world/fixtures.ts'
import type { World } from '#simulator/world/world.ts'

/** What shakes, tilts, opens or heats a sensor, or presses its button, by kind. */
const DISTURBING: Readonly<Record<string, readonly Cause[]>> = {
  'manhole-cover': [
    'cover-displaced',
    'lid-open',
    'cover-stolen',
    'cover-work',
    'cover-hit',
    'road-sinking',
  ],
  'bin-sensor': ['bin-tipped', 'bin-fire'],
  'patrol-terminal': ['call-for-help'],
}

const DELAY_MS: readonly [number, number] = [200, 2_000]
const SINKING_SHARES = [0.25, 0.5, 0.75]
const BURST_MS = [0, 10_000, 20_000, 40_000, 60_000]

/**
 * When a device that is woken by change reports beside its rhythm: at once when something
 * disturbs it and again when that is over, each time with a burst until things are clear. In the
 * order of time, none twice.
 */
export function wakesOf(
  { setting, incidentsOf }: Pick<World, 'setting' | 'incidentsOf'>,
  device: SimulatedDevice,
): readonly EpochMs[] {
  const causes = DISTURBING[device.kind]
  if (!causes) return NEVER
  const own = incidentsOf(device)
  const incidents = causes.flatMap((cause) => own(cause))
  if (incidents.length === 0) return NEVER
  const wakes = incidents.flatMap((incident) => {
    const random = splitRandom(setting.city.seed, 'wake', incident.id, device.id)
    const noticed = (moment: number): number => Math.round(moment + between(random, ...DELAY_MS))
    const bursts = momentsOf(incident).map(noticed)
    return [
      ...bursts.flatMap((first) => BURST_MS.map((after) => first + after)),
      ...stepsOf(incident).map(noticed),
    ]
  })
  return [...new Set(wakes)].sort((a, b) => a - b).map(epochMs)
}

const NEVER: readonly EpochMs[] = []

const momentsOf = ({ startedAt, endedAt }: Incident): readonly number[] =>
  startedAt === endedAt ? [startedAt] : [startedAt, endedAt]

// A road gives way bit by bit, and each time it does the cover moves.
const stepsOf = ({ cause, startedAt, endedAt }: Incident): readonly number[] =>
  cause === 'road-sinking'
    ? SINKING_SHARES.map((share) => startedAt + share * (endedAt - startedAt))
    : []
