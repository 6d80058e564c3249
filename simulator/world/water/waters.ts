import { NOTHING, type Observer } from '#simulator/truth/observation.ts'
import type { Setting } from '#simulator/world/setting.ts'
import type { Weather } from '#simulator/world/weather.ts'

/** What flows below the streets. */
export interface Waters extends Observer {}

export function createWaters(_setting: Setting, _weather: Weather): Waters {
  return { observe: () => NOTHING, observations: () => NOTHING }
}
