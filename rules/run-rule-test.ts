import { Compile } from 'typebox/compile'
import { parseDocument } from 'yaml'
import type { ChannelValue } from '#model/channel.ts'
import { messageOf, Rejected } from '#model/error.ts'
import { channelIndex } from '#model/kind.ts'
import { findKind } from '#model/kinds.ts'
import { type EpochMs, epochMs, formatDuration, milliseconds, parseDuration } from '#model/time.ts'
import { type CompiledRule, gapOf } from './compiled-rule.ts'
import { QUIET, type RuleState, type Sample, step, transition } from './fold.ts'
import { blankMemory, remember } from './memory.ts'
import { RuleTestDocument } from './rule-test-document.ts'
import { parseSeries } from './series.ts'

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
  rules: readonly CompiledRule[],
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
    const samples = samplesOf(rule, test, `${file}: /tests/${index}`)
    const expected = test.episodes.map(wanted).join('\n')
    const found = foldAll(rule, test, samples).join('\n')
    const fault =
      expected === found
        ? undefined
        : `expected ${expected || 'no episode'}\nfound    ${found || 'no episode'}`
    return { rule: value.rule, name: test.name, fault }
  })
}

type RuleTest = RuleTestDocument['tests'][number]

const span = (text: string): number => parseDuration(text) ?? 0

function samplesOf({ rule }: CompiledRule, test: RuleTest, path: string): readonly Sample[] {
  const kind = findKind(rule.kind)
  if (!kind) throw refused(path, `there is no kind ${rule.kind}`)
  const columns = Object.entries(test.series).map(([name, series]) => {
    const index = channelIndex(kind, name)
    if (index < 0) throw refused(path, `a ${kind.name} has no channel ${name}`)
    try {
      return { index, values: parseSeries(String(series)) }
    } catch (cause) {
      throw refused(path, `/series/${name}: ${messageOf(cause)}`)
    }
  })
  const length = Math.max(0, ...columns.map(({ values }) => values.length))
  return Array.from({ length }, (_, at): Sample => {
    const values: (ChannelValue | undefined)[] = kind.channels.map(() => undefined)
    for (const column of columns) values[column.index] = column.values[at]
    return { measuredAt: epochMs(at * span(test.interval)), seq: 0, values }
  }).filter(({ values }) => values.some((value) => value !== undefined))
}

function foldAll(rule: CompiledRule, test: RuleTest, samples: readonly Sample[]): string[] {
  const gap = gapOf(rule.rule, milliseconds(span(test.reportingInterval ?? test.interval)))
  const memory = blankMemory()
  const found: string[] = []
  let state: RuleState = QUIET
  for (const sample of samples) {
    const next = step(rule, state, sample, memory, gap)
    const change = transition(state, next, sample)
    if (change?.type === 'opened') {
      const { first, confirmed } = change.stretch
      found.push(episodeText(first.measuredAt, confirmed.measuredAt, null, null))
    }
    if (change?.type === 'closed' && state.phase === 'active') {
      found.pop()
      const { first, confirmed } = state
      found.push(
        episodeText(first.measuredAt, confirmed.measuredAt, change.endedAt, change.clearedAt),
      )
    }
    state = next
    remember(memory, rule.lookback, sample)
  }
  return found
}

const at = (text: string | undefined): EpochMs | null =>
  text === undefined ? null : epochMs(span(text))

const wanted = (episode: RuleTest['episodes'][number]): string =>
  episodeText(
    epochMs(span(episode.startedAt)),
    epochMs(span(episode.confirmedAt)),
    at(episode.endedAt),
    at(episode.clearedAt),
  )

function episodeText(
  startedAt: EpochMs,
  confirmedAt: EpochMs,
  endedAt: EpochMs | null,
  clearedAt: EpochMs | null,
): string {
  const after = (instant: EpochMs | null): string =>
    instant === null ? 'open' : instant === 0 ? '0s' : formatDuration(milliseconds(instant))
  const times = [startedAt, confirmedAt, endedAt, clearedAt].map(after)
  return `started ${times[0]}, confirmed ${times[1]}, ended ${times[2]}, cleared ${times[3]}`
}

const refused = (file: string, reason: string): Rejected =>
  new Rejected('invalid-input', `${file}: ${reason}`)
