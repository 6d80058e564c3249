import type { ChannelValue } from '#model/channel.ts'

const TOKEN =
  /^(?<value>-?\d+(?:\.\d+)?|true|false|_)(?<step>[+-]\d+(?:\.\d+)?)?(?:x(?<times>\d+))?$/
const LONGEST = 100_000

/**
 * Reads a series in compact form, one value for each instant: `1 2x3 _ 5+10x4 true` is 1, three
 * times 2, nothing, 5 15 25 35, and true. Undefined where there is nothing.
 *
 * @throws RangeError naming the word that is none of these, or a series longer than 100,000
 */
export function parseSeries(text: string): readonly (ChannelValue | undefined)[] {
  const values: (ChannelValue | undefined)[] = []
  for (const word of text.trim().split(/\s+/)) {
    const { value, step, times = '1' } = TOKEN.exec(word)?.groups ?? {}
    const plain = value === 'true' || value === 'false' || value === '_'
    if (value === undefined || (plain && step !== undefined)) {
      throw new RangeError(`\`${word}\` is not a value, value×times or value+step×times`)
    }
    const count = Number(times)
    if (values.length + count > LONGEST) throw new RangeError(`more than ${LONGEST} values`)
    for (let index = 0; index < count; index++)
      values.push(valueOf(value, Number(step ?? 0) * index))
  }
  return values
}

function valueOf(text: string, more: number): ChannelValue | undefined {
  if (text === '_') return undefined
  if (text === 'true' || text === 'false') return text === 'true'
  // 0.1 + 0.2 is to be 0.3: a series has no more digits than its words.
  return Number((Number(text) + more).toPrecision(12))
}
