import type { Bilingual } from '#model/text.ts'
import type { Medium } from '#simulator/world/fixtures.ts'

/** What can go wrong in the city. */
export const CAUSES = [
  'cover-displaced',
  'lid-open',
  'high-water',
  'methane',
  'battery-low',
  'bin-overflowing',
  'bin-tipped',
  'bin-fire',
  'truck-speeding',
  'load-dropped',
  'call-for-help',
  'pipe-surcharge',
  'pressure-loss',
] as const
export type Cause = (typeof CAUSES)[number]

export interface CauseFacts {
  readonly title: Bilingual
  /** The kind of device that can notice it, and what flows there where that matters. */
  readonly kind: string
  readonly media: readonly Medium[] | null
  /** How long it lasts, shortest and longest. */
  readonly lasts_s: readonly [number, number]
  /** When the first of its sort begins, so that a demonstration need not wait. */
  readonly first_s: readonly [number, number]
}

const cause = (
  title: Bilingual,
  kind: string,
  lasts_s: readonly [number, number],
  first_s: readonly [number, number],
  media: readonly Medium[] | null = null,
): CauseFacts => ({ title, kind, media, lasts_s, first_s })

const FOUL: readonly Medium[] = ['sewage', 'stormwater']

export const CAUSE_FACTS: Readonly<Record<Cause, CauseFacts>> = {
  'cover-displaced': cause(
    { en: 'cover displaced by a vehicle', zh: '井盖被车辆碾压移位' },
    'manhole-cover',
    [90, 240],
    [4, 8],
  ),
  'lid-open': cause(
    { en: 'lid slid aside and left open', zh: '井盖被移开未复位' },
    'manhole-cover',
    [60, 300],
    [6, 12],
  ),
  'high-water': cause(
    { en: 'water high in the shaft', zh: '井内水位过高' },
    'manhole-cover',
    [180, 420],
    [8, 16],
    FOUL,
  ),
  methane: cause(
    { en: 'methane gathers in the shaft', zh: '井内甲烷积聚' },
    'manhole-cover',
    [120, 300],
    [10, 18],
    FOUL,
  ),
  'battery-low': cause(
    { en: 'battery worn out', zh: '电池耗尽' },
    'manhole-cover',
    [600, 1_800],
    [50, 90],
  ),
  'bin-overflowing': cause(
    { en: 'bin overflowing', zh: '垃圾箱满溢' },
    'bin-sensor',
    [900, 1_800],
    [5, 12],
  ),
  'bin-tipped': cause(
    { en: 'bin tipped over', zh: '垃圾箱倾倒' },
    'bin-sensor',
    [180, 600],
    [25, 50],
  ),
  'bin-fire': cause({ en: 'fire in a bin', zh: '垃圾箱起火' }, 'bin-sensor', [120, 300], [35, 70]),
  'truck-speeding': cause(
    { en: 'truck speeding', zh: '清运车超速' },
    'refuse-truck',
    [32, 45],
    [24, 40],
  ),
  'load-dropped': cause(
    { en: 'load dropped on the road', zh: '清运车遗撒' },
    'refuse-truck',
    [0, 0],
    [26, 45],
  ),
  'call-for-help': cause(
    { en: 'inspector calls for help', zh: '监督员紧急求助' },
    'patrol-terminal',
    [45, 180],
    [9, 15],
  ),
  'pipe-surcharge': cause(
    { en: 'sewer surcharged', zh: '污水管道满管' },
    'pipe-gauge',
    [150, 420],
    [10, 20],
    ['sewage'],
  ),
  'pressure-loss': cause(
    { en: 'water main burst, pressure lost', zh: '供水管道爆裂失压' },
    'pipe-gauge',
    [180, 420],
    [12, 25],
    ['water'],
  ),
}
