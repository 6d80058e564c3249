import { Presets, SingleBar } from 'cli-progress'
import type { DurationMs } from '#model/time.ts'
import type { FleetProgress } from '#simulator/fleet/run-fleet.ts'

/** Shows how a fleet gets on. */
export interface FleetDisplay {
  /** How often it wants to be shown something. */
  readonly every_ms: number
  show(progress: FleetProgress): void
  /** Gives the terminal back; may be called twice. */
  close(): void
  summarize(summary: FleetProgress): void
}

/** A bar on a terminal, plain lines otherwise, JSON lines for programs. */
export function fleetDisplay(duration: DurationMs, json: boolean): FleetDisplay {
  if (json) return jsonLines()
  return process.stderr.isTTY ? bar(duration) : plainLines()
}

const jsonLines = (): FleetDisplay => ({
  every_ms: 1_000,
  show: (progress) => console.log(JSON.stringify({ type: 'progress', ...progress })),
  close: () => undefined,
  summarize: (summary) => console.log(JSON.stringify({ type: 'summary', ...summary })),
})

function plainLines(): FleetDisplay {
  return {
    every_ms: 5_000,
    show: (progress) => console.error(`${seconds(progress)}  ${words(progress)}`),
    close: () => undefined,
    summarize: (summary) => console.log(summaryText(summary)),
  }
}

function bar(duration: DurationMs): FleetDisplay {
  const single = new SingleBar(
    { format: '{bar} {time}  {words}', hideCursor: true, stream: process.stderr },
    Presets.shades_classic,
  )
  let begun = false
  return {
    every_ms: 250,
    show(progress) {
      if (!begun) single.start(duration, 0, { time: '', words: '' })
      begun = true
      const time = seconds(progress)
      single.update(Math.min(duration, progress.elapsed_ms), { time, words: words(progress) })
    },
    close() {
      if (begun) single.stop()
      begun = false
    },
    summarize: (summary) => console.log(summaryText(summary)),
  }
}

const seconds = ({ elapsed_ms }: FleetProgress): string => `${Math.round(elapsed_ms / 1_000)} s`

function words(progress: FleetProgress): string {
  const { stage, devices, registered, connected } = progress
  if (stage === 'registering') return `registering ${registered}/${devices}`
  if (stage === 'connecting') return `connecting ${connected}/${devices}`
  return [
    `connected ${connected}/${devices}`,
    `published ${progress.published}`,
    `acknowledged ${progress.acknowledged}`,
    `lag ${progress.lag_ms} ms`,
    `incidents ${progress.incidentsBegun} begun, ${progress.incidentsEnded} ended`,
  ].join('  ')
}

function summaryText(summary: FleetProgress): string {
  const { devices, refused, published, acknowledged } = summary
  const missing = published - acknowledged
  const lines = [
    `devices       ${devices}${refused > 0 ? `, ${refused} refused by the broker` : ''}`,
    `published     ${published} in ${seconds(summary)}`,
    `acknowledged  ${acknowledged}${missing > 0 ? `, ${missing} never` : ''}`,
    `lag           p50 ${summary.lagP50_ms} ms, p99 ${summary.lagP99_ms} ms`,
    `connections   ${summary.connectionsLost} lost, ${summary.resent} messages sent again`,
    `incidents     ${summary.incidentsBegun} begun, ${summary.incidentsEnded} ended`,
  ]
  if (summary.commandsAnswered > 0) lines.push(`commands      ${summary.commandsAnswered} answered`)
  return lines.join('\n')
}
