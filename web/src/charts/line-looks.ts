/** How lines are told apart, by colour and by dashes; the names of colours of the theme. */
const COLOURS = [
  'accent',
  'notice',
  'warning',
  'good',
  'critical',
  'sewer',
  'gas',
  'silent',
] as const
const DASHES = ['solid', [7, 4], [2, 3], [9, 3, 2, 3]] as const

export interface LineLook {
  /** For `themeColour` and, with `--w-` before it, for style sheets. */
  readonly colour: (typeof COLOURS)[number]
  /** As ECharts has it. */
  readonly dash: 'solid' | number[]
}

/** No two of the first thirty-two are alike: a colour comes again with other dashes. */
export function lookOf(index: number): LineLook {
  const turn = index + Math.floor(index / COLOURS.length)
  const dash = DASHES[turn % DASHES.length] ?? 'solid'
  return {
    colour: COLOURS[index % COLOURS.length] ?? 'accent',
    dash: dash === 'solid' ? dash : [...dash],
  }
}
