import { Compile } from 'typebox/compile'
import { parseDocument } from 'yaml'
import type { ChannelValue } from '#model/channel.ts'
import { messageOf, Rejected } from '#model/error.ts'
import type { DeviceKind } from '#model/kind.ts'
import { channelIndex } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import {
  type EpochMs,
  epochMs,
  formatDuration,
  milliseconds,
  parseDuration,
  parseInstant,
} from '#model/time.ts'
import { bindRule } from './bind-rule.ts'
import type { Sample, Stretch } from './fold.ts'
import type { ParsedRule } from './parse-rule.ts'
import { RuleTestDocument } from './rule-test-document.ts'
import type { ScheduleSetting } from './schedule/resolve-schedule.ts'
import { parseSeries } from './series.ts'
import { SpanFold } from './span-fold.ts'
import { testCity, testParams } from './test-city.ts'

const validator = Compile(RuleTestDocument)

export interface RuleTestResult {
  readonly rule: string
  readonly name: string
  /** Undefined when the rule found what it should; else what was expected and what was found. */
  readonly fault: string | undefined
}

/**
 * Runs every test of one file against its rule.
 *
 * @param file what to call the file in a fault
 * @throws Rejected `invalid-input` when the file is no test of one of these rules
 */
export function runRuleTests(
  text: string,
  file: string,
  rules: readonly ParsedRule[],
  schedules: ScheduleSetting['schedules'],
): readonly RuleTestResult[] {
  const document = parseDocument(text)
  const [syntax] = document.errors
  if (syntax) throw refused(file, syntax.message.split('\n', 1)[0] ?? 'no YAML')
  const value: unknown = document.toJS()
  if (!validator.Check(value)) {
    const faults = validator
      .Errors(value)
      .map(({ instancePath, message }) => `${instancePath || 'the document'} ${message}`)
    throw refused(file, faults.join('; '))
  }
  const rule = rules.find(({ rule: { id } }) => id === value.rule)
  if (!rule) throw refused(file, `there is no rule ${value.rule}`)
  return value.tests.map((test, index) => {
    const path = `${file}: /tests/${index}`
    const expected = test.episodes.map(wanted).join('\n')
    const found = foldAll(rule, test, schedules, path)
      .map((stretch, at) => told(stretch, startOf(test, path), test.episodes[at]))
      .join('\n')
    const fault =
      expected === found
        ? undefined
        : `expected ${expected || 'no episode'}\nfound    ${found || 'no episode'}`
    return { rule: value.rule, name: test.name, fault }
  })
}

type RuleTest = RuleTestDocument['tests'][number]

const span = (text: string): number => parseDuration(text) ?? 0

/** Where no other is said: 2026-01-05, a Monday, at midnight in China. */
const MONDAY = epochMs(Date.UTC(2026, 0, 4, 16))

function startOf({ start }: RuleTest, path: string): EpochMs {
  if (start === undefined) return MONDAY
  const at = parseInstant(start)
  if (at === undefined) throw refused(path, '/start is no RFC 3339 instant with a zone')
  return at
}

function kindOf({ rule }: ParsedRule, test: RuleTest): DeviceKind | undefined {
  const kinds = rule.kinds.map(findKind).filter((kind) => kind !== undefined)
  const names = Object.keys(test.series)
  return kinds.find((kind) => names.every((name) => channelIndex(kind, name) >= 0)) ?? kinds.at(0)
}

function samplesOf(kind: DeviceKind, test: RuleTest, path: string): readonly Sample[] {
  const columns = Object.entries(test.series).map(([name, series]) => {
    const index = channelIndex(kind, name)
    if (index < 0) throw refused(path, `a ${kind.name} has no channel ${name}`)
    try {
      return { index, values: parseSeries(String(series)) }
    } catch (cause) {
      throw refused(path, `/series/${name}: ${messageOf(cause)}`)
    }
  })
  const start = startOf(test, path)
  const length = Math.max(0, ...columns.map(({ values }) => values.length))
  return Array.from({ length }, (_, at): Sample => {
    const values: (ChannelValue | undefined)[] = kind.channels.map(() => undefined)
    for (const column of columns) values[column.index] = column.values[at]
    const measuredAt = epochMs(start + at * span(test.interval))
    return { measuredAt, receivedAt: measuredAt, seq: 0, values }
  }).filter(({ values }) => values.some((value) => value !== undefined))
}

function foldAll(
  rule: ParsedRule,
  test: RuleTest,
  schedules: ScheduleSetting['schedules'],
  path: string,
): readonly Stretch[] {
  const kind = kindOf(rule, test)
  const compiled = rule.compiled.find((each) => each.kind === kind)
  if (!kind || !compiled) throw refused(path, 'its rule is for no kind that has these channels')
  const samples = samplesOf(kind, test, path)
  const city = testCity(test, schedules)
  const bearing = {
    effective: testParams(rule.rule, test),
    interval: milliseconds(span(test.reportingInterval ?? test.interval)),
  }
  const start = startOf(test, path)
  const fold = new SpanFold(bindRule(compiled, bearing, city), start)
  fold.prime([], true)
  for (const sample of samples) fold.feed(sample)
  const end = test.until === undefined ? samples.at(-1)?.measuredAt : start + span(test.until)
  if (end !== undefined) fold.waitUntil(epochMs(end))
  return fold.stretches
}

type WantedEpisode = RuleTest['episodes'][number]

const wanted = ({ startedAt, confirmedAt, endedAt, clearedAt, severity }: WantedEpisode) =>
  episodeText(
    [startedAt, confirmedAt, endedAt, clearedAt].map((text) =>
      text === undefined ? null : span(text),
    ),
    severity,
  )

/** In the words of {@link wanted}; the severity only where one is wanted. */
function told(stretch: Stretch, start: EpochMs, beside: WantedEpisode | undefined): string {
  const { first, confirmed, endedAt, clearedAt, severity } = stretch
  const instants = [first.measuredAt, confirmed.measuredAt, endedAt, clearedAt]
  return episodeText(
    instants.map((at) => (at === null ? null : at - start)),
    beside?.severity === undefined ? undefined : severity,
  )
}

function episodeText(spans: readonly (number | null)[], severity: string | undefined): string {
  const [started, confirmed, ended, cleared] = spans.map((ms) =>
    ms === null ? 'open' : ms === 0 ? '0s' : formatDuration(milliseconds(ms)),
  )
  const times = `started ${started}, confirmed ${confirmed}, ended ${ended}, cleared ${cleared}`
  return severity === undefined ? times : `${times}, ${severity}`
}

const refused = (file: string, reason: string): Rejected =>
  new Rejected('invalid-input', `${file}: ${reason}`)
