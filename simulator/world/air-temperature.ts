import { diurnal, type Signal } from '#simulator/signals/signal.ts'

/** Of all the city, °C: a dry day late in the year. */
export const airTemperature: Signal = diurnal(-2, 10, 15)
