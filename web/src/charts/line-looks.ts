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

/** `ofPane`: among those that are drawn together. */
export function lookOf(index: number, ofPane = index): LineLook {
  const dash = DASHES[ofPane % DASHES.length] ?? 'solid'
  return {
    colour: COLOURS[index % COLOURS.length] ?? 'accent',
    dash: dash === 'solid' ? dash : [...dash],
  }
}
