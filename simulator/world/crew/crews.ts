import { NOTHING, type Observer } from '#simulator/truth/observation.ts'
import type { Setting } from '#simulator/world/setting.ts'

/** Those who drive and walk through the city, and what they are to do there. */
export interface Crews extends Observer {}

export function createCrews(_setting: Setting): Crews {
  return { observe: () => NOTHING, observations: () => NOTHING }
}
