import type { Grade } from '#model/episode.ts'
import { type EpochMs, formatDuration, milliseconds, parseDuration } from '#model/time.ts'
import type { Stretch } from './fold.ts'
import { compareTexts } from './group/member-stretch.ts'
import type { RuleTest } from './rule-test-document.ts'
import type { TestGroup } from './test-groups.ts'

/** What a test expects and what was found, in the same words, so that they can be compared. */

export type WantedEpisode = NonNullable<RuleTest['episodes']>[number]
export type WantedGroup = NonNullable<RuleTest['groups']>[number]

type Span = Pick<WantedEpisode, 'startedAt' | 'confirmedAt' | 'endedAt' | 'clearedAt'>

const msOf = (text: string | undefined): number | null =>
  text === undefined ? null : (parseDuration(text) ?? 0)

const spanMs = ({ startedAt, confirmedAt, endedAt, clearedAt }: Span) =>
  [startedAt, confirmedAt, endedAt, clearedAt].map(msOf)

export function wantedEpisode(wanted: WantedEpisode): string {
  const { device, severity, grades } = wanted
  const graded = grades && Object.entries(grades).map(([at, to]) => [msOf(at) ?? 0, to] as const)
  return episodeText(
    device,
    spanMs(wanted),
    severity,
    graded?.sort(([a], [b]) => a - b),
  )
}

/** With severity and grades only where those of `beside` are wanted. */
export function foundEpisode(
  device: string | undefined,
  { first, confirmed, endedAt, clearedAt, severity, grades }: Stretch,
  start: EpochMs,
  beside: WantedEpisode | undefined,
): string {
  const instants = [first.measuredAt, confirmed.measuredAt, endedAt, clearedAt]
  return episodeText(
    device,
    instants.map((at) => (at === null ? null : at - start)),
    beside?.severity === undefined ? undefined : severity,
    beside?.grades === undefined
      ? undefined
      : grades.map((grade: Grade) => [grade.at - start, grade.severity] as const),
  )
}

export const wantedGroup = (wanted: WantedGroup): string =>
  groupText(wanted.devices.toSorted(compareTexts), spanMs(wanted))

export const foundGroup = (
  { devices, startedAt, confirmedAt, endedAt, clearedAt }: TestGroup,
  start: EpochMs,
): string =>
  groupText(
    devices,
    [startedAt, confirmedAt, endedAt, clearedAt].map((at) => (at === null ? null : at - start)),
  )

const groupText = (devices: readonly string[], spans: readonly (number | null)[]): string =>
  `${devices.join(', ')} together: ${spanText(spans)}`

function episodeText(
  device: string | undefined,
  spans: readonly (number | null)[],
  severity: string | undefined,
  grades: readonly (readonly [number, string])[] | undefined,
): string {
  return [
    `${device === undefined ? '' : `${device}: `}${spanText(spans)}`,
    ...(severity === undefined ? [] : [severity]),
    ...(grades ?? []).map(([at, to]) => `${to} at ${spanWord(at)}`),
  ].join(', ')
}

function spanText(spans: readonly (number | null)[]): string {
  const [started, confirmed, ended, cleared] = spans.map(spanWord)
  return `started ${started}, confirmed ${confirmed}, ended ${ended}, cleared ${cleared}`
}

const spanWord = (ms: number | null): string =>
  ms === null ? 'open' : ms === 0 ? '0s' : formatDuration(milliseconds(ms))
