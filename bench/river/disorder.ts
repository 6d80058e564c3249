import { inOrder, type Level } from './level-series.ts'

/** Messages in the order in which they are sent; each is one reading or a buffer of several. */
export type Sending = readonly (readonly Level[])[]

const HOUR_MS = 3_600_000
const BUFFER = 100

/** Ways in which the readings of a device truly arrive, by name. */
export const DISORDERS: Readonly<
  Record<string, (levels: readonly Level[], chance: () => number) => Sending>
> = {
  'in order': (levels) => inOrder(levels).map((level) => [level]),
  'shuffled within an hour': (levels, chance) => shuffled(inOrder(levels), chance).map(alone),
  doubled: (levels) => inOrder(levels).flatMap((level) => [[level], [level]]),
  'buffers in reverse': (levels) => reversedBuffers(inOrder(levels)),
  'all of it at once': (levels, chance) => {
    const buffers = reversedBuffers(shuffled(inOrder(levels), chance))
    return buffers.flatMap((buffer) => [buffer, buffer])
  },
}

const alone = (level: Level): readonly Level[] => [level]

/** Each reading is late by up to an hour. */
const shuffled = (levels: readonly Level[], chance: () => number): readonly Level[] =>
  levels
    .map((level) => ({ level, arrivesAt: level.at + chance() * HOUR_MS }))
    .sort((a, b) => a.arrivesAt - b.arrivesAt)
    .map(({ level }) => level)

/** What a device does that was out of coverage: the newest buffer first, each from its end. */
function reversedBuffers(levels: readonly Level[]): Sending {
  const buffers: Level[][] = []
  for (let at = 0; at < levels.length; at += BUFFER) {
    buffers.push(levels.slice(at, at + BUFFER).toReversed())
  }
  return buffers.toReversed()
}
