import { type Metrics, onScrape } from '#runtime/metrics.ts'
import type { DeviceMemory } from './device-memory.ts'

type Measured = 'rulesInForce' | 'rulesWarm' | 'episodesOpen' | 'devicesRemembered' | 'windowBytes'

/** Has the gauges of the rules read off when they are scraped. */
export function measure(
  metrics: Pick<Metrics, Measured>,
  memory: DeviceMemory,
  told: () => { readonly rules: number; readonly isWarm: boolean },
): void {
  const { rulesInForce, rulesWarm, episodesOpen, devicesRemembered, windowBytes } = metrics
  onScrape(rulesInForce, () => rulesInForce.set(told().rules))
  onScrape(rulesWarm, () => rulesWarm.set(told().isWarm ? 1 : 0))
  onScrape(episodesOpen, () => episodesOpen.set(memory.openEpisodes))
  onScrape(devicesRemembered, () => devicesRemembered.set(memory.size))
  onScrape(windowBytes, () => windowBytes.set(memory.windowBytes))
}
