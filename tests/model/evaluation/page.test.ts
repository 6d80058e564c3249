import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import type { CountSum } from '#model/evaluation/evaluation-configuration.ts'
import { COUNT_NAMES, EVALUATION_COUNTS } from '#model/evaluation/evaluation-count.ts'
import { EVALUATION_SUBJECTS } from '#model/evaluation/evaluation-subject.ts'
import { tableWith } from '#tests/support/markdown-tables.ts'

const PAGE = readFileSync('docs/evaluation.md', 'utf8')

test('the page says of every count what it is of and which cases it counts', () => {
  expect(tableWith(PAGE, 'count', '中文', 'which cases')).toEqual(
    COUNT_NAMES.map((name) => {
      const { title, meaning, subjects } = EVALUATION_COUNTS[name]
      return {
        count: `\`${name}\``,
        中文: title.zh,
        of: subjects.join(', ').replace('area, department, class', 'places'),
        'which cases': meaning.en,
      }
    }),
  )
})

const sumText = ({ plus, minus }: CountSum): string => {
  const named = (names: readonly string[]) => names.map((name) => `\`${name}\``)
  return [named(plus).join(' + '), ...named(minus)].join(' − ')
}

test('the page has the rates, weights and sources that ship', () => {
  expect(tableWith(PAGE, 'rate', '中文', 'parked')).toEqual(
    DEFAULT_EVALUATION.rates.map(({ key, title, numerator, denominator, parked }) => ({
      rate: `\`${key}\``,
      中文: title.zh,
      is: `${sumText(numerator)} / ${
        'peers' in denominator ? `the ${denominator.peers} of all` : sumText(denominator)
      }`,
      parked: parked === 'counted' ? 'counted' : 'left out',
    })),
  )
  expect(tableWith(PAGE, 'of', 'score')).toEqual(
    EVALUATION_SUBJECTS.map((subject) => {
      const parts = DEFAULT_EVALUATION.subjects[subject].score.map(
        ({ rate, weight, complement }) =>
          `${weight} ${complement ? `(1 − \`${rate}\`)` : `\`${rate}\``}`,
      )
      return { of: subject, score: parts.join(' + ') || 'none' }
    }),
  )
  const { publicSources, missedSources, bands } = DEFAULT_EVALUATION
  for (const sources of [publicSources, missedSources]) {
    expect(PAGE).toContain(sources.map((source) => `\`${source}\``).join(', '))
  }
  const [first, ...rest] = bands.slice(0, -1).map(({ band, from }) => `${band} from ${from}`)
  expect(PAGE.replaceAll('\n', ' ')).toContain([first, ...rest].join(', '))
})
