import type { EpochMs } from '#model/time.ts'
import { diurnal, type Signal } from '#simulator/signals/signal.ts'
import type { Setting } from './setting.ts'

/** The same over all the city. May be asked in any order. */
export interface Weather {
  readonly air_celsius: Signal
  readonly rain_mm_h: Signal
}

const WARMEST_HOUR = 15

/** Rain sets in, is heaviest after a third of its time, and wears off. */
export function weatherOf({ weather, startedAt }: Pick<Setting, 'weather' | 'startedAt'>): Weather {
  const rains = weather.rain.map(({ at, lasts, peak_mm_h }) => ({
    from: startedAt + at,
    lasts,
    peak_mm_h,
  }))
  const rainAt = (at: EpochMs): number =>
    rains.reduce((sum, { from, lasts, peak_mm_h }) => {
      const share = (at - from) / lasts
      if (share <= 0 || share >= 1) return sum
      return sum + peak_mm_h * (share < 1 / 3 ? share * 3 : (1 - share) * 1.5)
    }, 0)
  return {
    air_celsius: diurnal(weather.low_celsius, weather.high_celsius, WARMEST_HOUR),
    rain_mm_h: rains.length === 0 ? () => 0 : rainAt,
  }
}
