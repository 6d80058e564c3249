import type {
  Findings,
  FoundCase,
  FoundEpisode,
  RefusedMessage,
} from '#simulator/score/findings.ts'
import { type Score, scoreRun } from '#simulator/score/score-run.ts'
import type {
  TrueFault,
  TrueIncident,
  TruePhenomenon,
  TrueRun,
  TruthLine,
} from '#simulator/truth/truth-file.ts'

/** The run of a trial begins at noon and lasts six hours; ten devices report every minute. */
export const NOON = Date.parse('2026-06-10T12:00:00Z')

export const COVER = 'sim-c-cover-000001'

/** So many minutes after noon. */
export const at = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString()
const until = (minutes: number | null): string | null => (minutes === null ? null : at(minutes))

export const run = (changes: Partial<TrueRun> = {}): TrueRun => ({
  type: 'run',
  scenario: 'trial',
  seed: 's',
  citySeed: 'c',
  devices: 10,
  startedAt: at(0),
  endedAt: at(360),
  speed: 1,
  ...changes,
})

/** A phenomenon from one minute to another; null while it lasts. */
export const so = (
  from: number,
  to: number | null,
  changes: Partial<TruePhenomenon> = {},
): TruePhenomenon => ({
  phenomenon: 'cover-displaced',
  deviceId: COVER,
  partId: null,
  startedAt: at(from),
  endedAt: until(to),
  measured: 20,
  sent: 20,
  lost: 0,
  unseen: null,
  ...changes,
})

let incidents = 0

export function incident(
  phenomena: readonly TruePhenomenon[],
  changes: Partial<TrueIncident> = {},
): TrueIncident {
  incidents += 1
  return {
    type: 'incident',
    id: `i-${incidents}`,
    cause: 'cover-displaced',
    title: { en: 'cover displaced', zh: '井盖移位' },
    deviceIds: phenomena.flatMap(({ deviceId }) => (deviceId === null ? [] : [deviceId])),
    partId: null,
    gridCode: null,
    startedAt: phenomena[0]?.startedAt ?? at(0),
    endedAt: phenomena[0]?.endedAt ?? null,
    strength: 1,
    phenomena,
    ...changes,
  }
}

export const fault = (
  name: string,
  from: number,
  to: number | null,
  deviceId = COVER,
): TrueFault => ({
  type: 'fault',
  deviceId,
  fault: name,
  startedAt: at(from),
  endedAt: until(to),
})

let episodes = 0

/** An episode from one minute to another, confirmed with its first reading but one. */
export function told(
  from: number,
  to: number | null,
  changes: Partial<FoundEpisode> = {},
): FoundEpisode {
  episodes += 1
  return {
    id: `e-${String(episodes).padStart(4, '0')}`,
    deviceId: COVER,
    ruleId: 'cover-displaced',
    phenomenon: 'cover-displaced',
    role: 'single',
    groupId: null,
    startedAt: at(from),
    confirmedAt: at(from + 1),
    endedAt: until(to),
    withdrawnAt: null,
    caseId: null,
    ...changes,
  }
}

export const refused = (changes: Partial<RefusedMessage> = {}): RefusedMessage => ({
  deviceId: COVER,
  receivedAt: at(0),
  measuredAt_ms: [],
  ...changes,
})

export const openCase = (id: string, state = 'reported'): FoundCase => ({
  id,
  deviceId: COVER,
  state,
})

export const RULES = [
  { id: 'cover-displaced', phenomenon: 'cover-displaced', hold_ms: 10_000 },
  { id: 'truck-load-lost', phenomenon: 'load-spilled', hold_ms: 0 },
]

/** The score of a run of which these lines are true. */
export const score = (lines: readonly TruthLine[], findings: Partial<Findings> = {}): Score =>
  scoreRun(
    [run(), ...lines],
    { episodes: [], cases: [], quarantine: [], ...findings },
    { rules: RULES, interval_ms: () => 60_000 },
  )
