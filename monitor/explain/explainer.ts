import type { Device } from '#model/device.ts'
import { Rejected, Unavailable } from '#model/error.ts'
import type { Explanation, ObstacleTold } from '#model/explanation.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import type { Rule } from '#model/rule.ts'
import type { Threshold } from '#model/threshold.ts'
import { type EpochMs, epochMs, minus } from '#model/time.ts'
import { stretchOf } from '#monitor/episode-stretch.ts'
import { talkingUntil } from '#monitor/hearing.ts'
import type { PlannedRule } from '#monitor/plans.ts'
import type { BoundRule } from '#rules/bind-rule.ts'
import { explain } from '#rules/explain/explain.ts'
import { obstacle } from '#rules/explain/obstacles.ts'
import { covers } from '#rules/fold.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { thresholdsOf } from '#rules/thresholds.ts'
import type { ExplainerParts } from './ports.ts'
import { tellEpisode } from './tell-episode.ts'
import { partsAgainst, tellReading, tellRule } from './tell-rule.ts'

/** What is to be explained; without `at` it is now. */
export interface Question {
  readonly deviceId: string
  readonly ruleId: string
  readonly at: EpochMs | undefined
}

/** Readings looked at, more of them as long as they do not settle the state. */
const FIRST_LOOK = 64
const LONGER = 8
const LONGEST_LOOK = FIRST_LOOK * LONGER ** 3

/** What a schedule says of it must have a year of four digits. */
const LATEST = epochMs(Date.UTC(9_000, 0))

/** Why a rule says of a device what it says; reads, and changes nothing. */
export class Explainer {
  readonly #parts: ExplainerParts

  constructor(parts: ExplainerParts) {
    this.#parts = parts
  }

  /**
   * @throws Rejected `not-found` when there is no such device or rule, `invalid-input` when `at` is
   *   outside the years 1970 to 8999
   * @throws Unavailable when the database does not answer, or the rules are just being changed
   */
  async explain({ deviceId, ruleId, at }: Question): Promise<Explanation> {
    if (at !== undefined && (at < 0 || at >= LATEST)) {
      throw new Rejected('invalid-input', 'at lies outside the years 1970 to 8999')
    }
    const device = this.#parts.devices.find(deviceId)
    if (!device) throw new Rejected('not-found', `no device ${deviceId} is registered`)
    const { plans } = this.#parts.monitor
    const planned = plans.of(device).rules.find(({ bound }) => bound.rule.id === ruleId)
    const reading = await this.#readingAt(device, at)
    const instant = at ?? epochMs(Math.max(this.#parts.clock.now(), reading?.measuredAt ?? 0))
    const asked = { device, reading, at: instant }
    return planned
      ? await this.#explainPlanned(asked, planned, at === undefined)
      : this.#explainUnplanned(asked, ruleId)
  }

  /** What the rules in force compare the channels of a device with. */
  thresholds(device: Device): readonly Threshold[] {
    return this.#parts.monitor.plans
      .of(device)
      .rules.flatMap(({ bound, version }) => thresholdsOf(bound, version))
  }

  async #readingAt(device: Device, at: EpochMs | undefined): Promise<StoredReading | undefined> {
    const { history } = this.#parts
    if (at === undefined) return (await history.latest([device], () => 1)).get(device.id)?.at(-1)
    return (await history.before(device, { measuredAt: epochMs(at + 1), seq: 0 }, 1)).at(-1)
  }

  async #explainPlanned(asked: Asked, planned: PlannedRule, isNow: boolean): Promise<Explanation> {
    const { device, reading, at } = asked
    const { bound, version } = planned
    const { heardAt = null } = this.#parts.monitor.stateOf(device.id) ?? {}
    const until =
      isNow && heardAt !== null && bound.silence !== null
        ? talkingUntil(bound.silence, heardAt)
        : null
    const { told, episodes, isCertain } = await this.#fold(asked, bound, until)
    // A silence lasts beyond the reading it began with.
    const instant = bound.silence === null ? reading : { measuredAt: at, seq: Infinity, values: [] }
    const current = instant && episodes.find((each) => covers(stretchOf(bound.kind, each), instant))
    const { episode, obstacles } = current
      ? await tellEpisode(this.#parts, bound.rule, current, at)
      : { episode: null, obstacles: [] }
    return {
      deviceId: device.id,
      at,
      rule: tellRule(bound.rule, version, bound),
      reading: tellReading(bound.kind, reading, at),
      params: bound.effective,
      schedule: bound.schedule?.stretchAt(at) ?? null,
      ...told,
      isCertain,
      obstacles: [...told.obstacles, ...obstacles],
      episode,
    }
  }

  async #fold({ device, reading, at }: Asked, bound: BoundRule, talkingUntil: EpochMs | null) {
    const { history } = this.#parts
    for (let limit = FIRST_LOOK; ; limit *= LONGER) {
      const before = reading ? await history.before(device, reading, limit) : []
      const from = before[0]?.measuredAt ?? reading?.measuredAt ?? at
      const all = await history.episodes(device.id, minus(from, bound.rule.cooldown))
      const episodes = all.filter(({ ruleId }) => ruleId === bound.rule.id)
      const stretches = episodes.map((episode) => stretchOf(bound.kind, episode))
      const past = { history: before, whole: before.length < limit, stretches, talkingUntil }
      const told = explain(bound, reading, past, at)
      if (told) return { told, episodes, isCertain: true }
      if (limit < LONGEST_LOOK) continue
      // As if there had been nothing before.
      const guess = explain(bound, reading, { ...past, whole: true }, at)
      if (guess) return { told: guess, episodes, isCertain: false }
    }
  }

  #explainUnplanned({ device, reading, at }: Asked, ruleId: string): Explanation {
    const { rule, version, why } = this.#unplanned(device, ruleId)
    const kind = findKind(device.kind)
    return {
      deviceId: device.id,
      at,
      rule: rule && tellRule(rule, version, null),
      reading: kind ? tellReading(kind, reading, at) : null,
      params: {},
      schedule: null,
      state: null,
      isCertain: true,
      condition: null,
      clear: null,
      places: [],
      obstacles: [why],
      episode: null,
    }
  }

  #unplanned(device: Device, ruleId: string): Unplanned {
    const inForce = this.#parts.monitor.plans.rules.find(({ rule }) => rule.id === ruleId)
    if (inForce) {
      const { rule, version } = inForce
      return { rule, version, why: obstacle('not-selected', { names: partsAgainst(rule, device) }) }
    }
    const booked = this.#parts.book().find((rule) => rule.ruleId === ruleId)
    if (!booked) throw new Rejected('not-found', `there is no rule ${ruleId}`)
    const { document, version, fault, enabled } = booked
    if (fault !== null) return { rule: null, version, why: obstacle('rule-unreadable') }
    if (enabled) throw new Unavailable('not-ready', `the rule ${ruleId} is just being put in force`)
    return { rule: parseRule(document, ruleId).rule, version, why: obstacle('rule-disabled') }
  }
}

interface Asked {
  readonly device: Device
  /** The last measured by `at`. */
  readonly reading: StoredReading | undefined
  readonly at: EpochMs
}

/** A rule that is not applied to a device. */
interface Unplanned {
  readonly rule: Rule | null
  readonly version: number | null
  readonly why: ObstacleTold
}
