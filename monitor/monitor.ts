import type { Batch, Commit, CommitOutcome } from '#model/commit.ts'
import type { Device } from '#model/device.ts'
import type { Episode } from '#model/episode.ts'
import { messageOf, Unavailable } from '#model/error.ts'
import { findKind } from '#model/kinds.ts'
import type { Reading } from '#model/reading.ts'
import type { EpochMs } from '#model/time.ts'
import { type CompiledRule, gapOf } from '#rules/compiled-rule.ts'
import { QUIET, step, transition } from '#rules/fold.ts'
import { recollect, remember } from '#rules/memory.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import type { Metrics } from '#runtime/metrics.ts'
import { arrange, copyState, type DeviceState } from './device-state.ts'
import { EpisodeBook } from './episode-book.ts'
import { foldLate } from './late.ts'
import type { History, Ledger, Surroundings } from './ports.ts'
import { recall } from './recall.ts'
import { sleep, untilAvailable, type Wait } from './retry.ts'
import { RuleSet } from './rule-set.ts'

export interface MonitorParts {
  readonly rules: readonly CompiledRule[]
  readonly ledger: Ledger
  readonly history: History
  readonly surroundings: Surroundings
  readonly city: { readonly district: string }
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'commitFailures' | 'casesOpened'>
  /** How to wait between two tries; tests do not. */
  readonly wait?: Wait
}

type CommittedListener = (batch: Batch, outcome: CommitOutcome) => void

/**
 * Where committed readings meet the rules. A batch is folded on a copy of what is remembered, the
 * copy is kept once the commit is through, and nothing of it before. One batch at a time.
 */
export class Monitor {
  readonly #parts: MonitorParts
  readonly #rules: RuleSet
  readonly #states = new Map<string, DeviceState>()
  /** Open when the service started; dropped device by device as they are recalled. */
  readonly #openAtStart: Map<string, Episode[]>
  readonly #stop = new AbortController()
  readonly #listeners: CommittedListener[] = []
  #number: number
  #stalledSince: EpochMs | null = null

  private constructor(parts: MonitorParts, open: readonly Episode[]) {
    this.#parts = parts
    this.#rules = new RuleSet(parts.rules)
    this.#openAtStart = Map.groupBy(open, ({ deviceId }) => deviceId)
    this.#number = parts.ledger.lastNumber
  }

  /** @throws Unavailable when the database does not answer */
  static async start(parts: MonitorParts): Promise<Monitor> {
    return new Monitor(parts, await parts.history.openEpisodes())
  }

  /** Called after each commit, in order. */
  onCommitted(listener: CommittedListener): void {
    this.#listeners.push(listener)
  }

  /** Since when the database has refused; null while it takes commits. */
  get stalledSince(): EpochMs | null {
    return this.#stalledSince
  }

  /**
   * Folds and commits a batch; waits as long as the database is away.
   *
   * @throws Rejected `database-refused` when its values are at fault: nothing of it was written
   * @throws Broken when this process must not write any more
   */
  async process(batch: Batch): Promise<CommitOutcome> {
    const { commit, states } = await this.#persist(() => this.#fold(batch))
    const outcome = await this.#persist(() => this.#parts.ledger.commit(commit))
    this.#number = commit.number
    for (const [id, state] of states) this.#states.set(id, state)
    for (const id of states.keys()) this.#openAtStart.delete(id)
    for (const { type } of outcome.cases)
      if (type === 'opened') this.#parts.metrics.casesOpened.inc()
    for (const listener of this.#listeners) listener(batch, outcome)
    return outcome
  }

  /** Ends the waiting for a database that is away; `process` then rejects. */
  stop(): void {
    this.#stop.abort(new Unavailable('not-ready', 'Wanmi is stopping'))
  }

  async #persist<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = await untilAvailable(
      work,
      this.#stop.signal,
      this.#parts.wait ?? sleep,
      (error) => {
        this.#parts.metrics.commitFailures.inc()
        if (this.#stalledSince === null) {
          this.#stalledSince = this.#parts.clock.now()
          this.#parts.log.warn({ reason: messageOf(error) }, 'database away, readings wait')
        }
      },
    )
    if (this.#stalledSince !== null) {
      const away_ms = this.#parts.clock.now() - this.#stalledSince
      this.#parts.log.info({ away_ms }, 'database back, readings flow')
      this.#stalledSince = null
    }
    return result
  }

  async #fold(batch: Batch): Promise<{ commit: Commit; states: Map<string, DeviceState> }> {
    const { surroundings, city, clock } = this.#parts
    const at = clock.now()
    const book = new EpisodeBook(surroundings, city, at)
    const states = new Map<string, DeviceState>()
    const byDevice = groupByDevice(batch.readings)
    const recalled = await this.#recall(byDevice)
    for (const readings of byDevice.values()) {
      const { device } = readings[0] as Reading
      const known = recalled.get(device.id) ?? this.#states.get(device.id)
      if (!known) continue
      const state = copyState(known)
      states.set(device.id, state)
      const { fresh, late } = arrange(readings, state.last)
      if (late.length > 0) await this.#foldLate(device, late, state, book)
      if (fresh.length > 0) this.#foldFresh(device, fresh, state, book)
    }
    const { readings, rejections, resolved } = batch
    const number = this.#number + 1
    return {
      commit: { number, at, readings, rejections, resolved, episodes: book.changes },
      states,
    }
  }

  async #recall(
    byDevice: ReadonlyMap<string, readonly Reading[]>,
  ): Promise<ReadonlyMap<string, DeviceState>> {
    const unknown: Device[] = []
    for (const readings of byDevice.values()) {
      const { device } = readings[0] as Reading
      if (this.#states.get(device.id)?.kind !== device.kind) unknown.push(device)
    }
    if (unknown.length === 0) return new Map()
    const openOf = (id: string) => this.#openAtStart.get(id) ?? []
    return await recall(unknown, this.#rules, openOf, this.#parts.history)
  }

  async #foldLate(
    device: Device,
    late: readonly Reading[],
    state: DeviceState,
    book: EpisodeBook,
  ): Promise<void> {
    const kind = findKind(device.kind)
    const { rules, lookback } = this.#rules.of(device.kind)
    if (!kind || rules.length === 0) return
    await foldLate({ device, kind, rules, late }, state, this.#parts.history, book)
    recollect(state.memory, lookback, late, state.last?.measuredAt)
  }

  #foldFresh(
    device: Device,
    fresh: readonly Reading[],
    state: DeviceState,
    book: EpisodeBook,
  ): void {
    const { rules, lookback } = this.#rules.of(device.kind)
    for (const reading of fresh) {
      for (let index = 0; index < rules.length; index++) {
        this.#advance(rules[index] as CompiledRule, index, reading, state, book)
      }
      remember(state.memory, lookback, reading)
    }
    const { measuredAt, seq } = fresh.at(-1) as Reading
    state.last = { measuredAt, seq }
  }

  #advance(
    rule: CompiledRule,
    index: number,
    reading: Reading,
    state: DeviceState,
    book: EpisodeBook,
  ): void {
    const { device } = reading
    const before = state.rules[index] ?? QUIET
    const gap = gapOf(rule.rule, device.reportingInterval)
    const after = step(rule, before, reading, state.memory, gap)
    if (after === before) return
    state.rules[index] = after
    const change = transition(before, after, reading)
    const kind = findKind(device.kind)
    if (!change || !kind) return
    if (change.type === 'opened') {
      state.episodes[index] = book.open(rule.rule, device, kind, change.stretch)
      return
    }
    const episode = state.episodes[index]
    if (episode) book.close(episode, change.endedAt, change.clearedAt)
    state.episodes[index] = undefined
  }
}

function groupByDevice(readings: readonly Reading[]): Map<string, Reading[]> {
  const groups = new Map<string, Reading[]>()
  for (const reading of readings) {
    const group = groups.get(reading.device.id)
    if (group) group.push(reading)
    else groups.set(reading.device.id, [reading])
  }
  return groups
}
