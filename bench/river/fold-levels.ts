import type { ChannelValue } from '#model/channel.ts'
import { channelIndex } from '#model/kind.ts'
import { pipeGauge } from '#model/kinds/pipe-gauge.ts'
import { epochMs, minutes } from '#model/time.ts'
import { bindRule } from '#rules/bind-rule.ts'
import { parseRule } from '#rules/parse-rule.ts'
import { ALWAYS } from '#rules/silence.ts'
import { SpanFold } from '#rules/span-fold.ts'
import { type Interval, inOrder, type Level } from './level-series.ts'
import { thresholdRule } from './through-service.ts'

const INDEX = channelIndex(pipeGauge, 'level_mm')
const NONE: readonly (ChannelValue | undefined)[] = pipeGauge.channels.map(() => undefined)

/** What the fold alone finds in a series that is in order. */
export function foldLevels(levels: readonly Level[], mark_mm: number): readonly Interval[] {
  const [compiled] = parseRule(thresholdRule(mark_mm), 'river').compiled
  if (!compiled) throw new Error('the rule is for a gauge')
  const bound = bindRule(
    compiled,
    { effective: {}, interval: minutes(15) },
    { area: () => undefined, schedule: unused, presence: ALWAYS },
  )
  const fold = new SpanFold(bound, epochMs(0))
  fold.prime([], true)
  for (const { at, level_mm } of inOrder(levels)) {
    fold.feed({ measuredAt: at, seq: 0, values: NONE.with(INDEX, level_mm) })
  }
  return fold.stretches.map(({ first, endedAt }) => ({ startedAt: first.measuredAt, endedAt }))
}

function unused(): never {
  throw new Error('the rule has no schedule')
}
