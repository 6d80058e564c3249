import { formatDuration } from '#model/time.ts'
import { loadScenario, shippedScenarios } from '#simulator/scenario/shipped-scenarios.ts'

/** The scenarios that come along: a line each, with how long and how large they are. */
export function listScenarios(json: boolean): void {
  const scenarios = shippedScenarios().map((name) => ({ name, ...loadScenario(name) }))
  const width = Math.max(...scenarios.map(({ name }) => name.length))
  for (const { name, title, duration, fleet } of scenarios) {
    const facts = { duration: formatDuration(duration), devices: fleet.devices }
    const words = `${title.en} (${title.zh}), ${facts.duration}, ${facts.devices} devices`
    console.log(
      json ? JSON.stringify({ name, title, ...facts }) : `${name.padEnd(width)}  ${words}`,
    )
  }
}
