import { Command } from 'commander'
import type { ExplanationView } from '#api/schemas/explanation-view.ts'
import { formatDuration, seconds } from '#model/time.ts'
import { askBook, print, type Reached, reached } from './rule-request.ts'

type Condition = NonNullable<ExplanationView['condition']>
type Place = ExplanationView['places'][number]
type Obstacle = ExplanationView['obstacles'][number]
type Episode = NonNullable<ExplanationView['episode']>

/** `wanmi rules explain`: why a rule says of a device what it says. */
export const explainCommand = (): Command =>
  reached(new Command('explain'))
    .description('tell why a rule says of a device what it says, or says nothing')
    .argument('<device>')
    .argument('<rule>')
    .option('--at <instant>', 'when: RFC 3339 with a zone, or epoch milliseconds (default: now)')
    .action(explain)

async function explain(
  device: string,
  rule: string,
  { at, ...options }: Reached & { readonly at?: string },
): Promise<void> {
  const query = new URLSearchParams({ device, rule, ...(at === undefined ? {} : { at }) })
  const path = `/api/v1/explain?${query.toString()}`
  print(options, await askBook<ExplanationView>('GET', path, options), linesOf)
}

const linesOf = (told: ExplanationView): string =>
  [
    `${told.rule?.id ?? 'the rule'} version ${told.rule?.version ?? '–'} at ${told.deviceId}, ${told.at}`,
    readingLine(told.reading),
    ...paramLines(told.params),
    ...(told.schedule ? [scheduleLine(told.schedule)] : []),
    ...(told.state ? [stateLine(told.state)] : []),
    ...(told.isCertain ? [] : ['not certain: the history that was looked at is too short']),
    ...(told.condition ? conditionLines('when', told.condition) : []),
    ...(told.clear ? conditionLines('clear', told.clear) : []),
    ...told.places.map(placeLine),
    ...told.obstacles.map(obstacleLine),
    ...(told.episode ? episodeLines(told.episode) : []),
  ].join('\n')

const span = (ms: number): string => formatDuration(seconds(Math.round(ms / 1_000)))

/** Words that are there, apart from each other. */
const words = (...parts: readonly (string | false | null | undefined)[]): string =>
  parts.filter((part) => typeof part === 'string' && part !== '').join(' ')

function readingLine(reading: ExplanationView['reading']): string {
  if (!reading) return 'no reading'
  const { measuredAt, age_ms, values, units } = reading
  const shown = Object.entries(values).map(([name, value]) =>
    words(`${name} = ${value}`, units[name]),
  )
  return `reading ${measuredAt}, ${span(age_ms)} old: ${shown.join(', ') || 'nothing in it'}`
}

const paramLines = (params: ExplanationView['params']): readonly string[] =>
  Object.entries(params).map(([name, { value, unit, scope, key }]) =>
    words(`params.${name} = ${value ?? 'unknown'}`, unit, 'from', scope, key),
  )

const scheduleLine = ({ applies, from, until }: NonNullable<ExplanationView['schedule']>): string =>
  words(
    `schedule ${applies ? 'applies' : 'does not apply'}`,
    from !== null && `since ${from}`,
    until !== null && `until ${until}`,
  )

function stateLine(state: NonNullable<ExplanationView['state']>): string {
  const { phase, since, held_ms, needed_ms, waitsFor, until, severity } = state
  return words(
    phase,
    severity,
    since !== null && `since ${since}`,
    held_ms !== null && needed_ms !== null && `(${span(held_ms)} of ${span(needed_ms)})`,
    `waits for ${waitsFor}`,
    until !== null && `until ${until}`,
  )
}

const conditionLines = (name: string, { truth, clauses }: Condition): readonly string[] => [
  `${name} is ${truth}`,
  ...clauses.map(({ text, truth: said, terms }) => {
    const values = terms.map((term) => words(`${term.text} = ${term.value ?? '?'}`, term.unit))
    return words(`  ${said}: ${text}`, values.length > 0 && `(${values.join(', ')})`)
  }),
]

function placeLine({ area, side, depth_m, accuracy_m, dwell_ms, isKnown }: Place): string {
  if (!isKnown) return `there is no area ${area}`
  if (depth_m === null || accuracy_m === null) return `${area}: no fix was seen`
  return words(
    `${area}: ${side ?? 'not certainly in or out'},`,
    `${Math.round(depth_m)} m within its boundary, accuracy ${Math.round(accuracy_m)} m`,
    dwell_ms !== null && dwell_ms > 0 && `inside for ${span(dwell_ms)}`,
  )
}

const obstacleLine = ({ why, clause, names, from, until, count, needed }: Obstacle): string =>
  words(
    `→ ${why}`,
    clause !== null && `\`${clause}\``,
    count !== null && `${count} of ${needed}`,
    names.length > 0 && `(${names.join(', ')})`,
    from !== null && `from ${from}`,
    until !== null && `until ${until}`,
  )

const episodeLines = ({ id, group, case: own }: Episode): readonly string[] => [
  words(`episode ${id}`, own && `in case ${own.number}, ${own.state}`),
  ...(group ? [words('part of', group.scope, group.case && `in case ${group.case.number}`)] : []),
]
