import type { CaseBasis } from '#model/case-basis.ts'
import type { Device } from '#model/device.ts'
import type { EvidenceReading } from '#model/episode.ts'
import { isWanmiError, messageOf, Rejected } from '#model/error.ts'
import type { Explanation } from '#model/explanation.ts'
import { findKind } from '#model/kinds.ts'
import type { StoredReading } from '#model/reading.ts'
import { type DurationMs, type EpochMs, epochMs, milliseconds } from '#model/time.ts'
import { toEvidence } from '#monitor/evidence.ts'
import type { History } from '#monitor/ports.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Logger } from '#runtime/logger.ts'
import { type Judgement, joinVerdicts, judgeProof, type Verdict } from './judge-proof.ts'

/** A case whose object is watched since its department said that all is well again. */
export interface WatchedCase {
  readonly id: string
  readonly version: number
  readonly deviceId: string
  readonly ruleId: string
  readonly fedBackAt: EpochMs
  readonly verify: DurationMs
  readonly basis: CaseBasis | null
}

/** What readings after feedback came to. */
export interface ProofGiven {
  readonly outcome: Exclude<Verdict, 'wait'>
  readonly proof: {
    readonly from: EpochMs
    readonly to: EpochMs
    readonly readings: number
    readonly evidence: readonly EvidenceReading[]
  }
}

export interface CaseWatchParts {
  readonly watched: () => Promise<readonly WatchedCase[]>
  readonly prove: (caseId: string, version: number, proof: ProofGiven) => Promise<void>
  readonly history: Pick<History, 'from' | 'episodes'>
  readonly device: (id: string) => Device | undefined
  readonly explain: (question: {
    readonly deviceId: string
    readonly ruleId: string
    readonly at: EpochMs
  }) => Promise<Explanation>
  /** When a device measured last, as far as that is remembered. */
  readonly lastAt: (deviceId: string) => EpochMs | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Readings of one device after feedback that are looked at; more than a day of a chatty one. */
const READINGS_MAX = 20_000
const GAP_INTERVALS = 3

/** Looks after cases that wait for the proof of their sensors. */
export class CaseWatch {
  readonly #parts: CaseWatchParts
  /** What was last known of the devices of a case that still waits, so that news alone is looked at. */
  readonly #seen = new Map<string, string>()

  constructor(parts: CaseWatchParts) {
    this.#parts = parts
  }

  /** Looks at each case that waits and is worth it. */
  async look(): Promise<void> {
    const watched = await this.#parts.watched()
    const ids = new Set(watched.map(({ id }) => id))
    for (const id of this.#seen.keys()) if (!ids.has(id)) this.#seen.delete(id)
    for (const each of watched) {
      try {
        await this.#lookAt(each)
      } catch (error) {
        if (!isWanmiError(error)) throw error
        // Nobody can tell from here: it stays with people, and is looked at again.
        const { id, ruleId } = each
        this.#parts.log.debug({ caseId: id, ruleId, reason: messageOf(error) }, 'no proof yet')
      }
    }
  }

  async #lookAt(watched: WatchedCase): Promise<void> {
    const deviceIds = devicesOf(watched)
    const now = epochMs(this.#parts.clock.now())
    const gap = this.#gapOf(watched)
    const patience = watched.fedBackAt + watched.verify + gap
    // Past the patience a silence counts, and time alone is news.
    const known = deviceIds.map((id) => this.#parts.lastAt(id) ?? '').join()
    const news = now > patience ? `${known} ${Math.floor(now / (gap + 1))}` : known
    if (this.#seen.get(watched.id) === news) return
    const judged = await Promise.all(
      deviceIds.map((deviceId) => this.#judge(watched, deviceId, gap, now)),
    )
    const outcome = joinVerdicts(judged.map(({ judgement }) => judgement.verdict))
    if (outcome === 'wait') this.#seen.set(watched.id, news)
    else await this.#parts.prove(watched.id, watched.version, givenBy(outcome, judged, watched))
  }

  async #judge(watched: WatchedCase, deviceId: string, gap: DurationMs, now: EpochMs) {
    const { fedBackAt, verify, ruleId } = watched
    const device = this.#parts.device(deviceId)
    if (!device) {
      throw new Rejected('not-found', `device ${deviceId} is not registered any more`)
    }
    const after = { measuredAt: epochMs(fedBackAt + 1), seq: 0 }
    const all = await this.#parts.history.from(device, after, READINGS_MAX)
    const readings = all.filter(speaksOf(device, watched.basis))
    const last = readings.at(-1)
    const told = last && (await this.#parts.explain({ deviceId, ruleId, at: last.measuredAt }))
    const episodes = (await this.#parts.history.episodes(deviceId, fedBackAt)).filter(
      (episode) => episode.ruleId === ruleId,
    )
    const ends = episodes.flatMap(({ endedAt }) => endedAt ?? [])
    const judgement = judgeProof(
      {
        fedBackAt,
        verify,
        gap,
        readings,
        phase: told?.state?.phase ?? null,
        condition: told?.condition?.truth ?? null,
        lastEndedAt: ends.length === 0 ? null : epochMs(Math.max(...ends)),
        hasRelapsed: episodes.some(({ startedAt }) => startedAt > fedBackAt),
      },
      now,
    )
    return { judgement, device, readings }
  }

  #gapOf({ basis, deviceId }: WatchedCase): DurationMs {
    const interval = this.#parts.device(deviceId)?.reportingInterval ?? 0
    return basis?.gap_ms ?? basis?.silence_ms ?? milliseconds(GAP_INTERVALS * interval)
  }
}

/** Whether a reading says anything of what the condition is about; of a silence every one does. */
function speaksOf({ kind }: Device, basis: CaseBasis | null) {
  const when = basis?.when ?? null
  const names = findKind(kind)?.channels.map(({ name }) => name) ?? []
  const meant = names.map((name) => when === null || new RegExp(`\\b${name}\\b`).test(when))
  return ({ values }: StoredReading): boolean =>
    values.some((value, index) => value !== undefined && meant[index] === true)
}

/** Of a case about a group all that its basis names. */
const devicesOf = ({ deviceId, basis }: WatchedCase): readonly string[] =>
  basis?.group ? [...new Set(basis.group.devices.map(({ id }) => id))] : [deviceId]

interface Judged {
  readonly judgement: Judgement
  readonly device: Device
  readonly readings: readonly StoredReading[]
}

/** The span all of it rests on, with the first and last reading of the device that decided. */
function givenBy(
  outcome: ProofGiven['outcome'],
  judged: readonly Judged[],
  { fedBackAt }: WatchedCase,
): ProofGiven {
  const deciding = judged.filter(({ judgement }) => judgement.verdict === outcome)
  const froms = deciding.flatMap(({ judgement }) => judgement.from ?? [])
  const tos = deciding.flatMap(({ judgement }) => judgement.to ?? [])
  const [first] = deciding
  return {
    outcome,
    proof: {
      from: epochMs(froms.length === 0 ? fedBackAt : Math.min(...froms)),
      to: epochMs(tos.length === 0 ? fedBackAt : Math.max(...tos)),
      readings: deciding.reduce((sum, { judgement }) => sum + judgement.readings, 0),
      evidence: first ? evidenceOf(first) : [],
    },
  }
}

function evidenceOf({ judgement, device, readings }: Judged): readonly EvidenceReading[] {
  const kind = findKind(device.kind)
  if (!kind) return []
  const instants = new Set([judgement.from, judgement.to])
  return readings
    .filter(({ measuredAt }) => instants.has(measuredAt))
    .slice(0, 2)
    .map((reading) => toEvidence(kind, reading))
}
