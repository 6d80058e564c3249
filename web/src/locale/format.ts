import { computed } from 'vue'
import { consoleConfiguration } from '#web/src/shared/console-configuration.ts'
import { locale } from './locale.ts'

const language = computed(() => (locale.value === 'zh' ? 'zh-CN' : 'en-GB'))

const formatter = (options: Intl.DateTimeFormatOptions) =>
  computed(
    () =>
      new Intl.DateTimeFormat(language.value, {
        ...options,
        hour12: false,
        timeZone: consoleConfiguration.value.timeZone,
      }),
  )

const day = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
const minute = { hour: '2-digit', minute: '2-digit' } as const
const full = formatter({ ...day, ...minute, second: '2-digit' })
const short = formatter({ month: '2-digit', day: '2-digit', ...minute })
const clock = formatter({ ...minute, second: '2-digit' })
const date = formatter(day)

type Moment = string | number | Date

const shown = (format: { readonly value: Intl.DateTimeFormat }, at: Moment | null | undefined) =>
  at === null || at === undefined ? '–' : format.value.format(new Date(at))

/** Instants as the city reads them; a dash where there is none. */
export const showInstant = (at: Moment | null | undefined): string => shown(full, at)
export const showShortInstant = (at: Moment | null | undefined): string => shown(short, at)
export const showClock = (at: Moment | null | undefined): string => shown(clock, at)
export const showDate = (at: Moment | null | undefined): string => shown(date, at)

const UNITS = {
  zh: { d: '天', h: '小时', min: '分', s: '秒', join: '' },
  en: { d: 'd', h: 'h', min: 'min', s: 's', join: ' ' },
} as const

/** A span in its two largest units: `2天3小时`, `5 min 10 s`. */
export function showDuration(span_ms: number): string {
  const units = UNITS[locale.value]
  const seconds = Math.floor(Math.abs(span_ms) / 1_000)
  const parts: [number, 'd' | 'h' | 'min' | 's'][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([count]) => count > 0)
  const told = first === -1 ? parts.slice(-1) : parts.slice(first, first + 2)
  const gap = locale.value === 'zh' ? '' : ' '
  const texts = told.filter(([count], index) => count > 0 || index === 0)
  return texts.map(([count, unit]) => `${count}${gap}${units[unit]}`).join(units.join)
}

/** A span in hours and minutes, of working time: a day of it is no day of the calendar. */
export function showHours(span_ms: number): string {
  const units = UNITS[locale.value]
  const gap = locale.value === 'zh' ? '' : ' '
  const minutes = Math.floor(Math.abs(span_ms) / 60_000)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  if (minutes === 0) return showDuration(span_ms)
  const parts = [
    ...(hours > 0 ? [`${hours}${gap}${units.h}`] : []),
    ...(rest > 0 || hours === 0 ? [`${rest}${gap}${units.min}`] : []),
  ]
  return parts.join(units.join)
}

const numbers = computed(() => new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }))

/** A number with its unit, as UCUM writes it where no better sign is known. */
export const showNumber = (value: number | null | undefined, unit = ''): string => {
  if (value === null || value === undefined) return '–'
  const sign = UNIT_SIGNS[unit] ?? unit
  return sign === '' ? numbers.value.format(value) : `${numbers.value.format(value)} ${sign}`
}

const UNIT_SIGNS: Readonly<Record<string, string>> = {
  Cel: '°C',
  deg: '°',
  '1': '',
  '[ppm]': 'ppm',
  'km/h': 'km/h',
  'm3/h': 'm³/h',
  m3: 'm³',
}

/** Some words one after the other, as the language puts them. */
export const showList = (words: readonly (string | number)[]): string =>
  words.join(locale.value === 'zh' ? '、' : ', ')

/** A name with its value, as each language writes them. */
export const showPair = (name: string, value: string | number): string =>
  locale.value === 'zh' ? `${name}：${value}` : `${name}: ${value}`
