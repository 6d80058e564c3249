import type { LineClass, PIPE_CLASSES } from '#model/city-line.ts'

type PipeClass = (typeof PIPE_CLASSES)[number]

interface PipeLook {
  /** Of the theme. */
  readonly colour: string
  /** Stroke and gap in turn, in widths of the line: no two classes are told apart by colour alone. */
  readonly dash: readonly number[]
}

export const PIPE_LOOKS: Readonly<Record<PipeClass, PipeLook>> = {
  'water-main': { colour: 'water', dash: [1, 0] },
  sewer: { colour: 'sewer', dash: [5, 2] },
  'storm-sewer': { colour: 'storm', dash: [2, 1.5] },
  'combined-sewer': { colour: 'sewer', dash: [6, 1.5, 1, 1.5] },
  'heat-main': { colour: 'heat', dash: [1, 1] },
  'gas-main': { colour: 'gas', dash: [8, 2, 2, 2] },
  'power-cable': { colour: 'power', dash: [3, 1, 1, 1] },
  'telecom-cable': { colour: 'telecom', dash: [1, 3] },
}

export const lookOf = (its: LineClass): PipeLook | undefined =>
  (PIPE_LOOKS as Readonly<Partial<Record<LineClass, PipeLook>>>)[its]
