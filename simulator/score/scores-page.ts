import type { Scenario } from '#simulator/scenario/scenario.ts'
import { READINGS_AFTER_INSTANT } from './judge.ts'
import { badRows, type Remarks, remarkOn } from './remarks.ts'
import type { ScoreFigures } from './score-run.ts'
import { percent, SCORE_COLUMNS, scoreCells, tellingRows, whyOf } from './score-table.ts'
import { WHY_MISSED } from './why.ts'

/** A scenario with the figures that are kept of it, and what its file says of it. */
export interface ScoredScenario {
  readonly scenario: Scenario
  readonly about: string
  readonly figures: ScoreFigures
}

/** `docs/scores.md`: figures of the time of the run, which are the same on every machine. */
export const scoresPage = (scored: readonly ScoredScenario[], remarks: Remarks): string =>
  `${[...intro(), ...overview(scored), ...scored.flatMap((one) => section(one, remarks))].join('\n')}\n`

const intro = (): readonly string[] => [
  '# Scores',
  '',
  'How well the rules that come along do in the scenarios that come along, against what truly',
  'happened. Written by',
  '',
  '```',
  'npm run score -- --update',
  '```',
  '',
  'which starts a service on a database of its own, lets every short scenario report to it over MQTT,',
  'and scores what it found; without `--update` it ends with 1 when a score got worse. All figures are',
  'of the time of the run: they are the same on every machine and at every speed.',
  '',
  'An episode belongs to a true phenomenon of the same name at the same device when their spans',
  'overlap, each taken one reporting interval of the device and the hold of the rule longer; to an',
  `instant when it starts within ${READINGS_AFTER_INSTANT} readings after it. A phenomenon is observable when a device was there and took a`,
  'reading while it was so; recall is of those. Precision is of all episodes that were not withdrawn.',
  'The delay is from the true start to the reading that confirmed the episode. A case is false when',
  'none of its episodes tells of anything true. The sums leave out what no incident of the city can',
  'be, such as a silence or a wrong clock: the truth does not tell of it, so it cannot be judged.',
  '',
  'What was missed was missed because',
  '',
  ...Object.entries(WHY_MISSED).map(([why, words]) => `- \`${why}\`: ${words}`),
  '',
  'and what is false is so for an incident at the device that is none of the kind (`incident: …`), for',
  'a device that did not say what was (`fault: …`), or by the rule alone (`rule`).',
  '',
]

function overview(scored: readonly ScoredScenario[]): readonly string[] {
  const rows = scored.map(({ scenario, figures: { ruled, device_days } }) => [
    `[${scenario.id}](#${scenario.id})`,
    device_days.toFixed(0),
    `${ruled.found} of ${ruled.observable}`,
    percent(ruled.recall),
    percent(ruled.precision),
    String(ruled.falseCases),
  ])
  const head = ['scenario', 'device-days', 'found', 'recall', 'precision', 'false cases']
  return ['Of what some rule looks for:', '', ...table([head, ...rows]), '']
}

function section({ scenario, about, figures }: ScoredScenario, remarks: Remarks): string[] {
  const bad = badRows(figures)
  const reasons = tellingRows(figures).flatMap((row) => {
    const why = whyOf(row)
    if (why === '') return []
    const remark = bad.includes(row) ? remarkOn(remarks, scenario.id, row) : undefined
    return [`- \`${row.rule ?? row.phenomenon}\`: ${why}.${remark ? ` ${remark}` : ''}`]
  })
  return [
    `## ${scenario.id}`,
    '',
    `**${scenario.title.en}** · ${scenario.title.zh}. ${about}`,
    '',
    ...(tellingRows(figures).length === 0
      ? [
          `Nothing happened, and nothing was said of it, in ${figures.device_days.toFixed(0)} device-days.`,
        ]
      : table([SCORE_COLUMNS, ...scoreCells(figures)])),
    '',
    ...(reasons.length > 0 ? [...reasons, ''] : []),
  ]
}

function table([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'))
  return [line(head), line(rule), ...rows.map(line)]
}
