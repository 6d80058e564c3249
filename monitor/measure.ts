import { type Metrics, onScrape } from '#runtime/metrics.ts'
import type { DeviceMemory } from './device-memory.ts'

/** Has the gauges of the rules read off when they are scraped. */
export function measure(
  metrics: Pick<Metrics, 'rulesInForce' | 'rulesWarm' | 'episodesOpen' | 'devicesRemembered'>,
  memory: DeviceMemory,
  told: () => { readonly rules: number; readonly isWarm: boolean },
): void {
  const { rulesInForce, rulesWarm, episodesOpen, devicesRemembered } = metrics
  onScrape(rulesInForce, () => rulesInForce.set(told().rules))
  onScrape(rulesWarm, () => rulesWarm.set(told().isWarm ? 1 : 0))
  onScrape(episodesOpen, () => episodesOpen.set(memory.openEpisodes))
  onScrape(devicesRemembered, () => devicesRemembered.set(memory.size))
}
