import { Presets, SingleBar } from 'cli-progress'
import type { ReplayProgress } from '#simulator/replay/replay.ts'

/** Shows how far a recording has been read. */
export interface ReplayDisplay {
  show(progress: () => ReplayProgress): void
  /** Gives the terminal back; may be called twice. */
  close(): void
  summarize(summary: ReplayProgress): void
}

const EVERY_MS = 250
const LINE_EVERY_MS = 5_000

/** A bar on a terminal, now and then a line otherwise; the summary as text or JSON. */
export function replayDisplay(json: boolean): ReplayDisplay {
  const summarize = (summary: ReplayProgress): void =>
    console.log(json ? JSON.stringify(summary) : summaryText(summary))
  if (json) return { show: () => undefined, close: () => undefined, summarize }
  return { ...(process.stderr.isTTY ? bar() : lines()), summarize }
}

function bar(): Omit<ReplayDisplay, 'summarize'> {
  const single = new SingleBar(
    { format: '{bar} {percentage} %  {words}', hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  )
  let shownAt: number | undefined
  return {
    show(ask) {
      if (shownAt !== undefined && performance.now() - shownAt < EVERY_MS) return
      const progress = ask()
      if (shownAt === undefined) single.start(progress.size_bytes, 0, { words: '' })
      shownAt = performance.now()
      single.update(progress.read_bytes, { words: words(progress) })
    },
    close() {
      if (shownAt !== undefined) single.stop()
      shownAt = undefined
    },
  }
}

function lines(): Omit<ReplayDisplay, 'summarize'> {
  let shownAt = performance.now()
  return {
    show(ask) {
      if (performance.now() - shownAt < LINE_EVERY_MS) return
      shownAt = performance.now()
      console.error(words(ask()))
    },
    close: () => undefined,
  }
}

const words = ({ rows, published, acknowledged }: ReplayProgress): string =>
  `rows ${rows}  published ${published}  acknowledged ${acknowledged}`

function summaryText(summary: ReplayProgress): string {
  const { rows, distinct, repeated, published, acknowledged, messages, messagesResent } = summary
  const { devices, lost, noise } = summary
  const missing = published - acknowledged
  const skipped = Object.entries(summary.skipped)
  const total = skipped.reduce((sum, [, count]) => sum + count, 0)
  return [
    ...(devices === 1 ? [] : [`devices       ${devices}`]),
    `rows          ${rows}`,
    `distinct      ${distinct}${repeated > 0 ? `, and ${repeated} repeated` : ''}`,
    `published     ${published} in ${messages} messages`,
    `acknowledged  ${acknowledged}${missing > 0 ? `, ${missing} never` : ''}`,
    ...(messagesResent > 0 ? [`sent again    ${messagesResent} messages`] : []),
    ...(lost > 0 ? [`lost          ${lost} by the network`] : []),
    ...(noise > 0 ? [`noise         ${noise} messages that are no readings`] : []),
    `skipped       ${total}`,
    ...skipped.map(([reason, count]) => `  ${count} × ${reason}`),
  ].join('\n')
}
