import type { Batch, Commit, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { Unavailable } from '#model/error.ts'
import type { Reading } from '#model/reading.ts'
import { type DurationMs, type EpochMs, minus } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { foldDevice } from './device-fold.ts'
import { DeviceMemory } from './device-memory.ts'
import { copyState, type DeviceState, groupByDevice, refresh } from './device-state.ts'
import { EpisodeBook } from './episode-book.ts'
import type { GroupDraft } from './group-desk.ts'
import { GroupStage } from './group-stage.ts'
import { GROUP_HORIZON } from './group-work.ts'
import { Listening } from './listening.ts'
import { Patience } from './patience.ts'
import { type CityInForce, Plans, type RuleInForce } from './plans.ts'
import type { Devices, History, Ledger, Surroundings } from './ports.ts'
import { orphansOf, retireAll } from './retire.ts'
import type { Wait } from './retry.ts'
import { fallenSilent, SILENCES_AT_ONCE } from './silence-watch.ts'

/** Rules, and what of the city they are given but for its presence, which the monitor keeps. */
export interface RulesInForce {
  readonly rules: readonly RuleInForce[]
  readonly city: Omit<CityInForce, 'presence'>
}

export interface MonitorParts {
  readonly inForce: RulesInForce
  readonly ledger: Ledger
  readonly history: History
  readonly devices: Devices
  readonly surroundings: Surroundings
  readonly city: { readonly district: string }
  /** After a time in which Wanmi did not listen, devices have so long to come back. */
  readonly silenceGrace: DurationMs
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'commitFailures' | 'casesOpened'>
  /** How to wait between two tries; tests do not. */
  readonly wait?: Wait
}

type CommittedListener = (batch: Batch, outcome: CommitOutcome) => void

/** What a fold made, to be kept once it is committed. */
interface Draft {
  readonly commit: Commit
  readonly states: ReadonlyMap<string, DeviceState>
  readonly groups: GroupDraft
}

const NOTHING: Batch = { readings: [], rejections: [], resolved: [] }
/** Devices that are recalled at once, when nobody waits for them. */
const RECALLED_AT_ONCE = 500
/** Older breaks of listening explain no silence that is found today. */
const LISTENED_FOR: DurationMs = GROUP_HORIZON

/**
 * Where committed readings meet the rules. A batch is folded on a copy of what is remembered, the
 * copy is kept once the commit is through, and nothing of it before. One thing at a time.
 */
export class Monitor {
  readonly #parts: MonitorParts
  readonly #listening: Listening
  readonly #groups: GroupStage
  readonly #memory: DeviceMemory
  readonly #patience: Patience
  readonly #listeners: CommittedListener[] = []
  #plans: Plans
  #number: number
  #turn: Promise<unknown> = Promise.resolve()
  /** Every device that may be silent is remembered. */
  #isWarm = false

  private constructor(parts: MonitorParts, listening: Listening, open: readonly Episode[]) {
    this.#parts = parts
    this.#listening = listening
    this.#plans = this.#plansOf(parts.inForce)
    this.#patience = new Patience(parts)
    this.#memory = new DeviceMemory(parts, open)
    this.#number = parts.ledger.lastNumber
    this.#groups = new GroupStage({
      devices: parts.devices,
      surroundings: parts.surroundings,
      plans: () => this.#plans,
      heard: () => this.#memory.heard(),
      isWarm: () => this.#isWarm,
    })
  }

  /** @throws Unavailable when the database does not answer */
  static async start(parts: MonitorParts): Promise<Monitor> {
    const { history, clock, silenceGrace } = parts
    const now = clock.now()
    const listened = await history.listened(minus(now, LISTENED_FOR))
    const listening = new Listening(listened, silenceGrace)
    listening.beat(now)
    const monitor = new Monitor(parts, listening, await history.openEpisodes())
    await monitor.#loadGroups(now)
    await monitor.#retireOrphans()
    return monitor
  }

  /** Called after each commit, in order. */
  onCommitted(listener: CommittedListener): void {
    this.#listeners.push(listener)
  }

  /** Since when the database has refused; null while it takes commits. */
  get stalledSince(): EpochMs | null {
    return this.#patience.stalledSince
  }

  /** The rules in force, device by device. */
  get plans(): Plans {
    return this.#plans
  }

  /** When Wanmi listened, as the rules of silence see it. */
  get presence(): Listening {
    return this.#listening
  }

  /** What is remembered of a device; undefined when nothing is. */
  stateOf(deviceId: string): DeviceState | undefined {
    return this.#memory.get(deviceId)
  }

  /**
   * Folds and commits a batch; waits as long as the database is away.
   *
   * @throws Rejected `database-refused` when its values are at fault: nothing of it was written
   * @throws Broken when this process must not write any more
   */
  process(batch: Batch): Promise<CommitOutcome> {
    return this.#inTurn(() => this.#write(() => this.#fold(batch), batch))
  }

  /**
   * Time has passed and all that came until now was taken: silences become too long, groups are
   * over. To be called every few seconds.
   */
  async tick(): Promise<void> {
    await this.#inTurn(() => Promise.resolve(this.#listening.beat(this.#parts.clock.now())))
    await this.warm()
    for (let opened = SILENCES_AT_ONCE; opened === SILENCES_AT_ONCE; ) {
      opened = await this.#inTurn(async () => {
        const draft = this.#foldTime()
        await this.#write(() => Promise.resolve(draft), NOTHING)
        return draft.states.size
      })
    }
  }

  /**
   * Remembers every device that may be silent, some at a time so that what comes meanwhile does not
   * wait. Until then nobody is silent.
   */
  async warm(): Promise<void> {
    while (!this.#isWarm) await this.#inTurn(() => this.#recallMore())
  }

  /**
   * Other rules, parameters or areas are in force from now on. What the rules that stay know is
   * kept; episodes of rules that are gone are over.
   */
  adopt(inForce: RulesInForce): Promise<void> {
    return this.#inTurn(async () => {
      this.#plans = this.#plansOf(inForce)
      this.#isWarm = false
      this.#groups.recount()
      await this.#patience.until(() => this.#loadGroups(this.#parts.clock.now()))
      await this.#retireOrphans()
    })
  }

  /** Ends the waiting for a database that is away; `process` then rejects. */
  stop(): void {
    this.#patience.end(new Unavailable('not-ready', 'Wanmi is stopping'))
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  #plansOf({ rules, city }: RulesInForce): Plans {
    return new Plans(rules, { ...city, presence: this.#listening })
  }

  async #write(fold: () => Promise<Draft>, batch: Batch): Promise<CommitOutcome> {
    const { commit, states, groups } = await this.#patience.until(fold)
    const outcome = await this.#patience.until(() => this.#parts.ledger.commit(commit))
    this.#number = commit.number
    this.#listening.saved(commit.listened)
    this.#groups.heard(this.#memory.keep(states))
    this.#groups.keep(groups)
    for (const { type } of outcome.cases)
      if (type === 'opened') this.#parts.metrics.casesOpened.inc()
    for (const listener of this.#listeners) listener(batch, outcome)
    return outcome
  }

  async #fold(batch: Batch): Promise<Draft> {
    this.#listening.notice(this.#parts.clock.now())
    const book = this.#newBook()
    const byDevice = groupByDevice(batch.readings)
    const devices = [...byDevice.values()].map(([first]) => (first as Reading).device)
    const states = new Map(await this.#memory.recall(devices, this.#plans, book))
    for (const [id, readings] of byDevice) {
      const { device } = readings[0] as Reading
      const known = states.get(id) ?? this.#memory.of(device, this.#plans)
      if (!known) continue
      const state = copyState(known)
      states.set(id, state)
      await foldDevice(device, readings, state, this.#parts.history, book)
    }
    return this.#draft(batch, states, book)
  }

  #foldTime(): Draft {
    const book = this.#newBook()
    const { devices } = this.#parts
    const states = fallenSilent(this.#memory, this.#plans, devices, book)
    return this.#draft(NOTHING, states, book)
  }

  async #recallMore(): Promise<void> {
    const missing: Device[] = []
    for (const device of this.#parts.devices.all()) {
      if (this.#plans.of(device).hasSilence && !this.#memory.of(device, this.#plans))
        missing.push(device)
      if (missing.length === RECALLED_AT_ONCE) break
    }
    if (missing.length > 0) {
      await this.#write(async () => {
        const book = this.#newBook()
        const states = await this.#memory.recall(missing, this.#plans, book)
        return this.#draft(NOTHING, new Map(states), book)
      }, NOTHING)
    }
    this.#isWarm = missing.length < RECALLED_AT_ONCE
  }

  async #retireOrphans(): Promise<void> {
    const { history, devices } = this.#parts
    const open = await this.#patience.until(() => history.openEpisodes())
    const orphans = orphansOf(open, this.#plans, devices)
    if (orphans.length === 0) return
    await this.#write(async () => {
      const book = this.#newBook()
      await retireAll(orphans, this.#parts, book)
      return this.#draft(NOTHING, new Map(), book)
    }, NOTHING)
    this.#memory.forget(orphans)
    this.#parts.log.info({ episodes: orphans.length }, 'ended episodes of rules that are gone')
  }

  async #loadGroups(now: EpochMs): Promise<void> {
    const ids = this.#groups.rules.map(({ id }) => id)
    if (ids.length === 0) return
    const from = minus(now, GROUP_HORIZON)
    this.#groups.load(await this.#parts.history.episodesOfRules(ids, from))
  }

  #newBook(): EpisodeBook {
    return new EpisodeBook(this.#parts, this.#parts.clock.now())
  }

  #draft(
    { readings, rejections, resolved }: Batch,
    states: ReadonlyMap<string, DeviceState>,
    book: EpisodeBook,
  ): Draft {
    const groups = this.#groups.work(book)
    const number = this.#number + 1
    const episodes = book.changes
    // What is remembered of an episode is what was written of it last.
    if (episodes.length > 0) for (const state of states.values()) refresh(state, book)
    const listened = this.#listening.unsaved
    return {
      commit: { number, at: book.now, readings, rejections, resolved, episodes, listened },
      states,
      groups,
    }
  }
}
