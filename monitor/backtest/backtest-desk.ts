import { v4 as uuid } from 'uuid'
import type { Backtest, Finding, PlacedFinding } from '#model/backtest.ts'
import type { Device } from '#model/device.ts'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import { type Scope, WHOLE_CITY } from '#model/principal.ts'
import { scopeCovers } from '#model/scope-covers.ts'
import { seesDevice } from '#model/sees-device.ts'
import type { DeviceSelector } from '#model/selector.ts'
import { selects } from '#model/selects.ts'
import { type DurationMs, type EpochMs, epochMs } from '#model/time.ts'
import type { CityData } from '#monitor/city-data.ts'
import type { Surroundings } from '#monitor/ports.ts'
import type { ParsedRule } from '#rules/parse-rule.ts'
import type { Listened } from '#rules/silence.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type KnownEpisode, reportOf } from './backtest-report.ts'
import { type RuleSource, triedRule } from './rule-source.ts'
import type { BacktestOrder, BacktestOutcome, BacktestProgress } from './run-backtest.ts'
import { secondStage } from './second-stage.ts'
import { appliesTo, type TriedRule } from './tried-rule.ts'

export interface BacktestRequest {
  readonly rule: RuleSource
  /** Another version to compare with; null: none. */
  readonly against: RuleSource | null
  readonly where: DeviceSelector
  readonly from: EpochMs
  /** Exclusive. */
  readonly to: EpochMs
  /** Whose devices are tried: what whoever asks may see. The whole city when absent. */
  readonly within?: Scope | undefined
}

export interface DeskParts {
  /** Runs one trial, out of the way of what is live. */
  readonly run: (
    order: BacktestOrder,
    signal: AbortSignal,
    onProgress: (progress: BacktestProgress) => void,
  ) => Promise<BacktestOutcome>
  readonly rules: readonly ParsedRule[]
  /** What the city gives to these rules. */
  readonly cityData: (rules: readonly ParsedRule[]) => CityData
  /** When Wanmi listened, ascending, as far as that ends at `from` or later. */
  readonly listened: (from: EpochMs) => Promise<readonly Listened[]>
  readonly silenceGrace: DurationMs
  readonly devices: () => Iterable<Device>
  /** Episodes of phenomena that were found then, not withdrawn, active within the span. */
  readonly known: (
    phenomena: readonly string[],
    span: { readonly from: EpochMs; readonly to: EpochMs },
  ) => Promise<readonly KnownEpisode[]>
  readonly surroundings: Surroundings
  readonly city: { readonly timeZone: string }
  readonly clock: Clock
  readonly log: Logger
}

interface Job {
  backtest: Backtest
  /** What it is about: seen only by those who see all of it. */
  readonly within: Scope
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
   * @throws Rejected `invalid-input` when a rule or a value is not right, no device fits or the span
   *   is empty, `not-found` for an id no rule has, `conflict` when too many wait
   */
  start(request: BacktestRequest): Backtest {
    const { from, to, where, within = WHOLE_CITY } = request
    const { rules: inForce } = this.#parts
    const rule = triedRule(request.rule, inForce)
    const against = request.against && triedRule(request.against, inForce)
    const rules = against ? [rule, against] : [rule]
    if (to <= from) throw new Rejected('invalid-input', 'the span ends before it begins')
    const devices = [...this.#parts.devices()].filter(
      (device) =>
        seesDevice(within, device) &&
        selects(where, device) &&
        rules.some((tried) => appliesTo(tried.rule, device)),
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
      within,
      stopping: new AbortController(),
      findings: [],
      over: Promise.resolve(),
    }
    this.#jobs.set(backtest.id, job)
    const { cityData, silenceGrace } = this.#parts
    const order = { rules, devices, from, to, city: cityData(rules), silenceGrace }
    this.#turn = this.#turn.then(() => this.#run(job, order))
    job.over = this.#turn
    this.#forgetOld()
    return backtest
  }

  /** The newest first, of those about nothing beyond a scope. */
  list(scope: Scope = WHOLE_CITY): readonly Backtest[] {
    const seen = [...this.#jobs.values()].filter(({ within }) => scopeCovers(scope, within))
    return seen.map(({ backtest }) => backtest).reverse()
  }

  /** @throws Rejected `not-found`, also of one that is about more than the scope */
  get(id: string, scope: Scope = WHOLE_CITY): Backtest {
    return this.#job(id, scope).backtest
  }

  /** What was found, by device and time; empty before it is done. @throws Rejected `not-found` */
  findings(id: string, scope: Scope = WHOLE_CITY): readonly PlacedFinding[] {
    return this.#job(id, scope).findings
  }

  /** Ends a trial that waits or runs; one that is over stays as it is. @throws Rejected `not-found` */
  async cancel(id: string, scope: Scope = WHOLE_CITY): Promise<Backtest> {
    const job = this.#job(id, scope)
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

  #job(id: string, scope: Scope): Job {
    const job = this.#jobs.get(id)
    if (!job || !scopeCovers(scope, job.within))
      throw new Rejected('not-found', `there is no trial ${id}`)
    return job
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
      const order = { ...asked, listened: await this.#listened(asked.to) }
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

  /** All of it: a device may have fallen silent long before the span. */
  async #listened(to: EpochMs): Promise<readonly Listened[]> {
    const spans = await this.#parts.listened(epochMs(0))
    return spans.filter(({ from }) => from < to)
  }

  async #report(order: BacktestOrder, outcome: BacktestOutcome, tookMs: number) {
    const { surroundings, city, known } = this.#parts
    const { rules, from, to } = order
    const devices = new Map(order.devices.map((device) => [device.id, device]))
    const setting = { devices, heard: outcome.heard, surroundings, from, to }
    const found: (readonly Finding[])[] = []
    for (const [index, { rule }] of rules.entries()) {
      found.push(await secondStage({ ...setting, rule }, outcome.found[index] ?? []))
    }
    const { rule } = rules[0] as TriedRule
    const phenomena = [rule.phenomenon, ...(rule.mass ? [rule.mass.phenomenon] : [])]
    const episodes = await known(phenomena, { from, to })
    return reportOf({
      rule,
      from,
      to,
      devices,
      readings: outcome.readings,
      tookMs,
      found: found[0] ?? [],
      against: found[1] ?? null,
      known: episodes.filter(({ deviceId }) => devices.has(deviceId)),
      surroundings,
      timeZone: city.timeZone,
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
