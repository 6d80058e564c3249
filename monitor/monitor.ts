import type { Batch, CommitOutcome } from '#model/commit.ts'
import type { Episode } from '#model/episode.ts'
import { Unavailable } from '#model/error.ts'
import { type EpochMs, minus } from '#model/time.ts'
import { ColdDevices } from './cold-devices.ts'
import { DeviceMemory } from './device-memory.ts'
import { type DeviceState, refresh } from './device-state.ts'
import { type Draft, NOTHING } from './draft.ts'
import { EpisodeBook } from './episode-book.ts'
import { foldBatch } from './fold-batch.ts'
import { GroupStage, rulesWithGroups } from './group-stage.ts'
import { GROUP_HORIZON } from './group-work.ts'
import { Listening } from './listening.ts'
import { measure } from './measure.ts'
import type { MonitorParts, RulesInForce } from './monitor-parts.ts'
import { Patience } from './patience.ts'
import { Plans } from './plans.ts'
import { retireOrphans } from './retire.ts'
import { fallenSilent, SILENCES_AT_ONCE } from './silence-watch.ts'
import { Turn } from './turn.ts'

export type { MonitorParts, RulesInForce }

type CommittedListener = (batch: Batch, outcome: CommitOutcome) => void

/** Devices that are recalled at once, when nobody waits for them. */
const RECALLED_AT_ONCE = 1_000

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
  readonly #turn = new Turn()
  /** In force as soon as that can be; null when they are. */
  #wanted: RulesInForce | null = null
  /** Some open episode may be of a rule that is not applied to its device any more. */
  #hasOrphans = true
  readonly #cold: ColdDevices

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
      isWarm: () => this.#cold.isWarm,
    })
    this.#cold = new ColdDevices(
      parts.devices,
      (device) => this.#plans.of(device).hasSilence && !this.#memory.of(device, this.#plans),
    )
    measure(parts.metrics, this.#memory, () => ({
      rules: this.#plans.rules.length,
      isWarm: this.isWarm,
    }))
  }

  /** @throws Unavailable when the database does not answer */
  static async start(parts: MonitorParts): Promise<Monitor> {
    const { history } = parts
    const listening = await Listening.open(history, parts.clock.now(), parts.silenceGrace)
    const monitor = new Monitor(parts, listening, await history.openEpisodes())
    monitor.#beat()
    await monitor.#patience.until(() => monitor.#loadGroups(monitor.#plans))
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

  /** What was found at several devices together. */
  get groups(): Pick<GroupStage, 'near'> {
    return this.#groups
  }

  /**
   * Folds and commits a batch, of now or out of the spool; waits as long as the database is away.
   *
   * @throws Rejected `database-refused` when its values are at fault: nothing of it was written
   * @throws Broken when this process must not write any more
   */
  process(batch: Batch): Promise<CommitOutcome> {
    const takenAt = batch.fromSpool?.takenAt ?? [this.#parts.clock.now()]
    return this.#turn.take(() => this.#write(() => this.#fold(batch, takenAt), batch))
  }

  /**
   * Time has passed and all that came until now was taken, or `isBehind`: silences become too long,
   * groups are over. To be called every few seconds.
   */
  async tick(): Promise<void> {
    await this.#turn.take(() => Promise.resolve(this.#beat()))
    await this.#turn.take(() => Promise.resolve(this.#memory.tidy(this.#parts.clock.now())))
    await this.#turn.take(() => this.#adoptWanted())
    await this.#turn.take(() => this.#retireOrphans())
    await this.warm()
    while ((await this.#turn.take(() => this.#openSilences())) === SILENCES_AT_ONCE);
  }

  /**
   * Remembers every device that may be silent, some at a time so that what comes meanwhile does not
   * wait. Until then nobody is silent.
   */
  async warm(): Promise<void> {
    while (!this.isWarm && !this.#patience.isOver) await this.#turn.take(() => this.#recallMore())
  }

  /** Every device that may be silent is remembered, under the rules in force. */
  get isWarm(): boolean {
    return this.#cold.isWarm
  }

  /**
   * Other rules, parameters or areas are in force for whatever is processed after this call. What the
   * rules that stay know is kept; episodes of rules that are gone are over. When it rejects, either
   * all of it is in force or nothing, and `tick` goes on with it.
   */
  adopt(inForce: RulesInForce): Promise<void> {
    this.#wanted = inForce
    return this.#turn.take(async () => {
      await this.#adoptWanted()
      await this.#retireOrphans()
    })
  }

  /** Devices were added, changed or removed: other rules may hold for them. */
  devicesChanged(): void {
    this.#hasOrphans = true
    this.#cool()
  }

  /** Ends the waiting for a database that is away, and the warming; `process` then rejects. */
  stop(): void {
    this.#patience.end(new Unavailable('not-ready', 'Wanmi is stopping'))
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

  /** `takenAt`: when the parts of the batch came, ascending. */
  async #fold(batch: Batch, takenAt: readonly EpochMs[]): Promise<Draft> {
    if (batch.fromSpool) for (const at of takenAt) this.#listening.beat(at)
    const heardAt = takenAt.at(-1) ?? this.#parts.clock.now()
    this.#listening.notice(heardAt)
    const book = this.#newBook()
    const { history, metrics } = this.#parts
    const around = { memory: this.#memory, plans: this.#plans, history, metrics }
    const states = await foldBatch(batch.readings, heardAt, around, book)
    return this.#draft(batch, states, book)
  }

  #beat(): void {
    if (!this.#parts.isBehind?.()) this.#listening.beat(this.#parts.clock.now())
  }

  /** Of how many devices. */
  async #openSilences(): Promise<number> {
    if (this.#parts.isBehind?.()) return 0
    const { devices, metrics } = this.#parts
    const book = this.#newBook()
    const { states, opened } = fallenSilent(this.#memory, this.#plans, devices, book)
    const draft = this.#draft(NOTHING, states, book)
    await this.#write(() => Promise.resolve(draft), NOTHING)
    metrics.silencesOpened.inc(opened)
    return states.size
  }

  async #recallMore(): Promise<void> {
    this.#beat()
    await this.#cold.warm(RECALLED_AT_ONCE, (devices) =>
      this.#write(async () => {
        const book = this.#newBook()
        return this.#draft(NOTHING, await this.#memory.recall(devices, this.#plans, book), book)
      }, NOTHING),
    )
  }

  #cool(): void {
    this.#cold.cool()
    this.#groups.recount()
  }

  async #adoptWanted(): Promise<void> {
    const wanted = this.#wanted
    if (wanted === null) return
    const plans = this.#plansOf(wanted)
    await this.#patience.until(() => this.#loadGroups(plans))
    if (this.#wanted === wanted) this.#wanted = null
  }

  async #retireOrphans(): Promise<void> {
    if (!this.#hasOrphans) return
    this.#hasOrphans = false
    try {
      const book = this.#newBook()
      const orphans = await this.#patience.until(() =>
        retireOrphans(this.#parts, this.#plans, this.#memory, book),
      )
      if (orphans.length === 0) return
      await this.#write(() => Promise.resolve(this.#draft(NOTHING, new Map(), book)), NOTHING)
      this.#memory.forget(orphans)
    } catch (error) {
      this.#hasOrphans = true
      throw error
    }
  }

  /** Puts plans in force, all at once, when what their groups need was read. */
  async #loadGroups(plans: Plans): Promise<void> {
    const ids = rulesWithGroups(plans).map(({ id }) => id)
    const { history, clock } = this.#parts
    const from = minus(clock.now(), GROUP_HORIZON)
    const episodes = ids.length === 0 ? [] : await history.episodesOfRules(ids, from)
    if (plans !== this.#plans) this.#hasOrphans = true
    this.#plans = plans
    this.#groups.load(episodes)
    this.#cool()
  }

  #newBook(): EpisodeBook {
    return new EpisodeBook(this.#parts, this.#parts.clock.now())
  }

  #draft(
    { readings, rejections, resolved, fromSpool }: Batch,
    states: ReadonlyMap<string, DeviceState>,
    book: EpisodeBook,
  ): Draft {
    const groups = this.#groups.work(book)
    const number = this.#number + 1
    const episodes = book.changes
    // What is remembered of an episode is what was written of it last.
    if (episodes.length > 0) for (const state of states.values()) refresh(state, book)
    const listened = this.#listening.unsaved
    const caused = { number, at: book.now, episodes, listened }
    return { commit: { readings, rejections, resolved, fromSpool, ...caused }, states, groups }
  }
}
