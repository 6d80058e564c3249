import type { DurationMs } from '#model/time.ts'
import type { FleetProgress } from '#simulator/fleet/run-fleet.ts'
import { clockText, progressBar } from './progress-bar.ts'

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

const plainLines = (): FleetDisplay => ({
  every_ms: 5_000,
  show: (progress) => console.error(`${clockText(progress.simulated_ms)}  ${words(progress)}`),
  close: () => undefined,
  summarize: (summary) => console.log(summaryText(summary)),
})

function bar(duration: DurationMs): FleetDisplay {
  const single = progressBar(duration)
  return {
    every_ms: 250,
    show: (progress) => single.show(progress.simulated_ms, words(progress)),
    close: () => single.close(),
    summarize: (summary) => console.log(summaryText(summary)),
  }
}

function words(progress: FleetProgress): string {
  const { stage, devices, registered, connected, noise, lost } = progress
  if (stage === 'registering') return `registering ${registered}/${devices}`
  if (stage === 'connecting') return `connecting ${connected}/${devices}`
  return [
    `connected ${connected}/${devices}`,
    `published ${progress.published}`,
    `acknowledged ${progress.acknowledged}`,
    `lag ${progress.lag_ms} ms`,
    ...(lost > 0 ? [`lost ${lost}`] : []),
    ...(noise > 0 ? [`noise ${noise}`] : []),
    `incidents ${progress.incidentsBegun} begun, ${progress.incidentsEnded} ended`,
  ].join('  ')
}

function summaryText(summary: FleetProgress): string {
  const { devices, refused, published, acknowledged, readings, lost, noise } = summary
  const missing = published - acknowledged
  const lines = [
    `devices       ${devices}${refused > 0 ? `, ${refused} refused by the broker` : ''}`,
    `published     ${published} in ${Math.round(summary.elapsed_ms / 1_000)} s`,
    `acknowledged  ${acknowledged}${missing > 0 ? `, ${missing} never` : ''}`,
    `lag           p50 ${summary.lagP50_ms} ms, p99 ${summary.lagP99_ms} ms`,
    `connections   ${summary.connectionsLost} lost, ${summary.resent} messages sent again`,
    `incidents     ${summary.incidentsBegun} begun, ${summary.incidentsEnded} ended`,
  ]
  if (published !== readings || lost > 0) {
    lines.push(`readings      ${readings} sent, ${lost} lost by the network`)
  }
  if (noise > 0) lines.push(`noise         ${noise} messages that are none`)
  if (summary.commandsAnswered > 0) lines.push(`commands      ${summary.commandsAnswered} answered`)
  return lines.join('\n')
}
