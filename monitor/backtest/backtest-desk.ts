import { v4 as uuid } from 'uuid'
import type { Backtest, PlacedFinding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { selects } from '#model/selects.ts'
import type { DurationMs, EpochMs } from '#model/time.ts'
import type { CityData } from '#monitor/city-data.ts'
import type { Surroundings } from '#monitor/ports.ts'
import { type ParsedRule, parseRule } from '#rules/parse-rule.ts'
import type { Listened } from '#rules/silence.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type KnownEpisode, reportOf } from './backtest-report.ts'
import type { BacktestOrder, BacktestOutcome, BacktestProgress } from './run-backtest.ts'

/** A rule by its document, or the one in force by its id. */
export type RuleSource = { readonly document: string } | { readonly ruleId: string }

export interface BacktestRequest {
  readonly rule: RuleSource
  /** Another version to compare with; null: none. */
  readonly against: RuleSource | null
  readonly where: DeviceSelector
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
}

export interface DeskParts {
  /** Runs one trial, out of the way of what is live. */
  readonly run: (
    order: BacktestOrder,
    signal: AbortSignal,
    onProgress: (progress: BacktestProgress) => void,
  ) => Promise<BacktestOutcome>
  readonly rules: readonly ParsedRule[]
  readonly cityData: () => CityData
  /** When Wanmi listened in a span, ascending. */
  readonly listened: (span: {
    readonly from: EpochMs
    readonly to: EpochMs
  }) => Promise<readonly Listened[]>
  readonly silenceGrace: DurationMs
  readonly devices: () => Iterable<Device>
  /** Episodes of a phenomenon that were found then, not withdrawn, active within the span. */
  readonly known: (
    phenomenon: string,
    span: { readonly from: EpochMs; readonly to: EpochMs },
  ) => Promise<readonly KnownEpisode[]>
  readonly surroundings: Surroundings
  readonly city: { readonly district: string; readonly timeZone: string }
  readonly clock: Clock
  readonly log: Logger
}

interface Job {
  backtest: Backtest
  readonly stopping: AbortController
  findings: readonly PlacedFinding[]
  over: Promise<void>
}

/** Trials that are over and still can be looked at; trials that may wait. */
const KEPT = 20
const WAITING_MAX = 5

/** Tries rules on stored readings, one trial after the other. Trials do not outlive the process. */
export class BacktestDesk {
  readonly #parts: DeskParts
  readonly #jobs = new Map<string, Job>()
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: DeskParts) {
    this.#parts = parts
  }

  /**
   * Puts a trial in line.
   *
   * @throws Rejected `invalid-input` when a rule is not right, no device fits or the span is empty,
   *   `not-found` for an id no rule has, `conflict` when too many wait
   */
  start(request: BacktestRequest): Backtest {
    const { from, to, where } = request
    const rule = this.#ruleOf(request.rule)
    const against = request.against && this.#ruleOf(request.against)
    if (to <= from) throw new Rejected('invalid-input', 'the span ends before it begins')
    const devices = [...this.#parts.devices()].filter(
      (device) => rule.rule.kinds.includes(device.kind) && selects(where, device),
    )
    if (devices.length === 0) {
      throw new Rejected('invalid-input', `no ${rule.rule.kinds.join(' or ')} is selected`)
    }
    const waiting = [...this.#jobs.values()].filter(({ backtest }) => backtest.state === 'waiting')
    if (waiting.length >= WAITING_MAX) {
      throw new Rejected('conflict', 'too many trials wait already: let one finish, or cancel it')
    }
    const backtest: Backtest = {
      id: uuid(),
      state: 'waiting',
      ruleId: rule.rule.id,
      from,
      to,
      createdAt: this.#parts.clock.now(),
      progress: 0,
      readings: 0,
      fault: null,
      report: null,
    }
    const job: Job = {
      backtest,
      stopping: new AbortController(),
      findings: [],
      over: Promise.resolve(),
    }
    this.#jobs.set(backtest.id, job)
    const rules = against ? [rule, against] : [rule]
    const { cityData, silenceGrace } = this.#parts
    const order = { rules, devices, from, to, city: cityData(), silenceGrace }
    this.#turn = this.#turn.then(() => this.#run(job, order))
    job.over = this.#turn
    this.#forgetOld()
    return backtest
  }

  /** The newest first. */
  list(): readonly Backtest[] {
    return [...this.#jobs.values()].map(({ backtest }) => backtest).reverse()
  }

  /** @throws Rejected `not-found` */
  get(id: string): Backtest {
    return this.#job(id).backtest
  }

  /** What was found, by device and time; empty before it is done. @throws Rejected `not-found` */
  findings(id: string): readonly PlacedFinding[] {
    return this.#job(id).findings
  }

  /** Ends a trial that waits or runs; one that is over stays as it is. @throws Rejected `not-found` */
  async cancel(id: string): Promise<Backtest> {
    const job = this.#job(id)
    job.stopping.abort()
    await job.over
    return job.backtest
  }

  /** Resolves when no trial waits or runs. */
  async idle(): Promise<void> {
    await this.#turn
  }

  /** Ends every trial. */
  async stop(): Promise<void> {
    for (const { stopping } of this.#jobs.values()) stopping.abort()
    await this.#turn
  }

  #job(id: string): Job {
    const job = this.#jobs.get(id)
    if (!job) throw new Rejected('not-found', `there is no trial ${id}`)
    return job
  }

  #ruleOf(source: RuleSource): ParsedRule {
    if ('document' in source) return parseRule(source.document, 'rule')
    const found = this.#parts.rules.find(({ rule }) => rule.id === source.ruleId)
    if (!found) throw new Rejected('not-found', `no rule ${source.ruleId} is in force`)
    return found
  }

  async #run(job: Job, asked: Omit<BacktestOrder, 'listened'>): Promise<void> {
    const { run, log, clock } = this.#parts
    const { signal } = job.stopping
    if (signal.aborted) {
      update(job, { state: 'cancelled' })
      return
    }
    update(job, { state: 'running' })
    const begun = clock.now()
    try {
      const order = { ...asked, listened: await this.#parts.listened(asked) }
      const outcome = await run(order, signal, ({ share, readings }) =>
        update(job, { progress: share, readings }),
      )
      signal.throwIfAborted()
      const { report, findings } = await this.#report(order, outcome, clock.now() - begun)
      job.findings = findings
      update(job, { state: 'done', progress: 1, readings: outcome.readings, report })
    } catch (error) {
      if (signal.aborted) update(job, { state: 'cancelled' })
      else {
        if (!isWanmiError(error)) log.error({ reason: messageOf(error) }, 'a backtest failed')
        update(job, { state: 'failed', fault: messageOf(error) })
      }
    }
  }

  async #report(order: BacktestOrder, outcome: BacktestOutcome, tookMs: number) {
    const { surroundings, city, known } = this.#parts
    const { rules, devices, from, to } = order
    const { rule } = rules[0] as ParsedRule
    const selected = new Map(devices.map((device) => [device.id, device]))
    const episodes = await known(rule.phenomenon, { from, to })
    return reportOf({
      rule,
      from,
      to,
      devices: selected,
      readings: outcome.readings,
      tookMs,
      found: outcome.found[0] ?? [],
      against: outcome.found[1] ?? null,
      known: episodes.filter(({ deviceId }) => selected.has(deviceId)),
      surroundings,
      city,
    })
  }

  #forgetOld(): void {
    const over = [...this.#jobs.values()].filter(({ backtest: { state } }) =>
      ['done', 'failed', 'cancelled'].includes(state),
    )
    for (const { backtest } of over.slice(0, Math.max(0, over.length - KEPT))) {
      this.#jobs.delete(backtest.id)
    }
  }
}

function update(job: Job, change: Partial<Backtest>): void {
  job.backtest = { ...job.backtest, ...change }
}
