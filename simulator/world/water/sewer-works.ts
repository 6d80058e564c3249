import type { EpochMs } from '#model/time.ts'
import type { Incident } from '#simulator/incidents/incident.ts'
import type { Observation } from '#simulator/truth/observation.ts'
import type { Medium, SimulatedDevice, Standing } from '#simulator/world/fixtures.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Spot } from '#simulator/world/spot.ts'
import type { Weather } from '#simulator/world/weather.ts'
import type { Blockage } from './blockages.ts'
import { type Burst, extentAt, goneAt } from './burst.ts'
import type { SewerKind } from './drain-routes.ts'
import { highWaterCause } from './high-water-cause.ts'
import { SewerCourse, type Spring } from './sewer-course.ts'
import { type SewerPlace, sewerPlace } from './sewer-place.ts'
import { layOutSewers, type SewerTree } from './sewer-tree.ts'
import { type SewerObject, SewerWatch } from './sewer-watch.ts'
import { type Seen, seenUntil } from './watch.ts'

const MEDIUM: Readonly<Record<SewerKind, Medium>> = { foul: 'sewage', storm: 'stormwater' }
/** Of a burst, what finds a gully; the rest stays in the ground. */
const INTO_GULLIES = 0.8
const NONE: readonly Observation[] = []

interface Built {
  readonly course: SewerCourse
  readonly watch: SewerWatch | undefined
}

/** The sewers of one kind in one run: built when first asked for, watched where anything can happen. */
export class SewerWorks {
  readonly #kind: SewerKind
  readonly #setting: Setting
  readonly #weather: Weather
  readonly #bursts: readonly Burst[]
  readonly #blocked: readonly Incident[]
  readonly #rain: readonly Incident[]
  readonly #log: Seen[] = []
  #built: Built | undefined

  /** @param mediumOf what flows where an incident struck */
  constructor(
    kind: SewerKind,
    setting: Setting,
    weather: Weather,
    bursts: readonly Burst[],
    mediumOf: (incident: Incident) => Medium | null,
  ) {
    this.#kind = kind
    this.#setting = setting
    this.#weather = weather
    this.#bursts = kind === 'storm' ? bursts : []
    this.#blocked = setting.incidents.filter(
      (incident) => incident.cause === 'sewer-blockage' && mediumOf(incident) === MEDIUM[kind],
    )
    this.#rain = setting.incidents.filter(({ cause }) => cause === 'heavy-rain')
  }

  get course(): SewerCourse {
    return this.#works().course
  }

  place(spot: Pick<Spot, 'stretch' | 'share'>): SewerPlace {
    return sewerPlace(this.course.tree, spot)
  }

  observe(device: number, at: EpochMs): readonly Observation[] {
    if (!this.#eventful) return NONE
    const { course, watch } = this.#works()
    course.advance(at)
    return watch?.at(device, at) ?? NONE
  }

  observations(until: EpochMs): readonly Observation[] {
    if (!this.#eventful) return NONE
    this.course.advance(until)
    return seenUntil(this.#log, until)
  }

  get #eventful(): boolean {
    return this.#blocked.length + this.#rain.length + this.#bursts.length > 0
  }

  #works(): Built {
    this.#built ??= this.#build()
    return this.#built
  }

  #build(): Built {
    const tree = layOutSewers(this.#setting.city, this.#kind)
    const springs = this.#bursts.flatMap((burst) => springOf(tree, burst))
    const blockages = this.#blocked.flatMap((incident): Blockage[] =>
      incident.spot ? [{ incident, place: sewerPlace(tree, incident.spot) }] : [],
    )
    const causes = { blockages, springs }
    if (!this.#eventful) {
      return {
        course: new SewerCourse(tree, this.#setting, this.#weather, causes),
        watch: undefined,
      }
    }
    const why = { rain: this.#rain, bursts: this.#bursts.map(({ incident }) => incident) }
    const watch = new SewerWatch(
      this.#objects(tree),
      this.#log,
      (place, at) => highWaterCause(course, why, place, at)?.id,
    )
    const course: SewerCourse = new SewerCourse(
      tree,
      this.#setting,
      this.#weather,
      causes,
      (from, to) => watch.step(course, from, to),
    )
    return { course, watch }
  }

  #objects(tree: SewerTree): SewerObject[] {
    const { devices, unwatched } = this.#setting.city
    const all: readonly (SimulatedDevice | Standing)[] = [...devices, ...unwatched]
    return all.flatMap((of) =>
      of.spot && of.medium === MEDIUM[this.#kind]
        ? [{ of, kind: of.kind, place: sewerPlace(tree, of.spot) }]
        : [],
    )
  }
}

function springOf(tree: SewerTree, burst: Burst): Spring[] {
  const { spot, startedAt } = burst.incident
  if (!spot) return []
  return [
    {
      node: sewerPlace(tree, spot).node,
      flow_m3_s: (at) => (INTO_GULLIES * burst.flow_l_s * extentAt(burst, at)) / 1_000,
      from: startedAt,
      until: goneAt(burst) as EpochMs,
    },
  ]
}
