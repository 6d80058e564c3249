import type { Bilingual } from '#model/text.ts'
import type { Phenomenon } from '#simulator/truth/observation.ts'
import type { Medium } from '#simulator/world/fixtures.ts'

/** What can go wrong in the city. */
export const CAUSES = [
  'cover-displaced',
  'lid-open',
  'cover-stolen',
  'cover-work',
  'cover-hit',
  'road-sinking',
  'methane',
  'battery-low',
  'sewer-blockage',
  'main-burst',
  'heavy-rain',
  'bin-overflowing',
  'bin-tipped',
  'bin-fire',
  'collection-missed',
  'truck-speeding',
  'truck-idling',
  'truck-astray',
  'load-dropped',
  'call-for-help',
  'patrol-idle',
  'patrol-astray',
] as const
export type Cause = (typeof CAUSES)[number]

export interface CauseFacts {
  readonly title: Bilingual
  /** The kind of device that can notice it; null for what befalls the whole city. */
  readonly kind: string | null
  /** What flows there, where that matters. */
  readonly media: readonly Medium[] | null
  /** How long it lasts, shortest and longest, where the scenario does not say. */
  readonly lasts_s: readonly [number, number]
  /** When the first of its sort begins where each comes early. */
  readonly first_s: readonly [number, number]
  /**
   * What is so at the device itself for exactly as long as the cause. What spreads or comes later
   * (water behind a blockage) is seen by the observer of that part of the world.
   */
  readonly phenomena: readonly Phenomenon[]
}

interface Facts {
  readonly title: readonly [string, string]
  readonly kind: string | null
  readonly lasts_s: readonly [number, number]
  readonly first_s: readonly [number, number]
  readonly phenomena?: readonly Phenomenon[]
  readonly media?: readonly Medium[]
}

const cause = ({ title: [en, zh], phenomena = [], media, ...facts }: Facts): CauseFacts => ({
  title: { en, zh },
  phenomena,
  media: media ?? null,
  ...facts,
})

const FOUL: readonly Medium[] = ['sewage', 'stormwater']

export const CAUSE_FACTS: Readonly<Record<Cause, CauseFacts>> = {
  'cover-displaced': cause({
    title: ['cover displaced by a vehicle', '井盖被车辆碾压移位'],
    kind: 'manhole-cover',
    lasts_s: [90, 240],
    first_s: [4, 8],
    phenomena: ['cover-displaced'],
  }),
  'lid-open': cause({
    title: ['lid slid aside and left open', '井盖被移开未复位'],
    kind: 'manhole-cover',
    lasts_s: [60, 300],
    first_s: [6, 12],
    phenomena: ['cover-open'],
  }),
  'cover-stolen': cause({
    title: ['cover stolen', '井盖被盗'],
    kind: 'manhole-cover',
    lasts_s: [600, 3_600],
    first_s: [10, 20],
    phenomena: ['cover-open', 'cover-displaced'],
  }),
  'cover-work': cause({
    title: ['cover opened for work that was announced', '井盖因报备作业开启'],
    kind: 'manhole-cover',
    lasts_s: [600, 2_400],
    first_s: [60, 120],
  }),
  'cover-hit': cause({
    title: ['cover hit by a lorry, back in its frame at once', '井盖受重车冲击后复位'],
    kind: 'manhole-cover',
    lasts_s: [2, 6],
    first_s: [20, 60],
  }),
  'road-sinking': cause({
    title: ['road sinking under several covers', '多处井盖下路面沉陷'],
    kind: 'manhole-cover',
    lasts_s: [1_800, 7_200],
    first_s: [60, 120],
    phenomena: ['road-collapse'],
  }),
  methane: cause({
    title: ['methane gathers in the shaft', '井内甲烷积聚'],
    kind: 'manhole-cover',
    lasts_s: [120, 300],
    first_s: [10, 18],
    phenomena: ['manhole-methane'],
    media: FOUL,
  }),
  'battery-low': cause({
    title: ['battery worn out', '电池耗尽'],
    kind: 'manhole-cover',
    lasts_s: [600, 1_800],
    first_s: [50, 90],
    phenomena: ['cover-battery-low'],
  }),
  'sewer-blockage': cause({
    title: ['sewer blocked below the shaft', '检查井下游管道堵塞'],
    kind: 'manhole-cover',
    lasts_s: [3_600, 14_400],
    first_s: [10, 20],
    media: FOUL,
  }),
  'main-burst': cause({
    title: ['water main burst', '供水管道爆裂'],
    kind: 'pipe-gauge',
    lasts_s: [180, 7_200],
    first_s: [12, 25],
    media: ['water'],
  }),
  'heavy-rain': cause({
    title: ['heavy rain', '强降雨'],
    kind: null,
    lasts_s: [1_800, 7_200],
    first_s: [60, 120],
  }),
  'bin-overflowing': cause({
    title: ['refuse heaped on a bin at once', '垃圾箱突发满溢'],
    kind: 'bin-sensor',
    lasts_s: [900, 1_800],
    first_s: [5, 12],
    phenomena: ['bin-overflowing'],
  }),
  'bin-tipped': cause({
    title: ['bin tipped over', '垃圾箱倾倒'],
    kind: 'bin-sensor',
    lasts_s: [180, 600],
    first_s: [25, 50],
    phenomena: ['bin-tipped'],
  }),
  'bin-fire': cause({
    title: ['fire in a bin', '垃圾箱起火'],
    kind: 'bin-sensor',
    lasts_s: [120, 300],
    first_s: [35, 70],
    phenomena: ['bin-fire'],
  }),
  'collection-missed': cause({
    title: ['collection point skipped by its truck', '清运车漏收'],
    kind: 'bin-sensor',
    lasts_s: [28_800, 86_400],
    first_s: [60, 120],
    phenomena: ['collection-missed'],
  }),
  'truck-speeding': cause({
    title: ['truck speeding', '清运车超速'],
    kind: 'refuse-truck',
    lasts_s: [32, 45],
    first_s: [24, 40],
    phenomena: ['truck-speeding'],
  }),
  'truck-idling': cause({
    title: ['truck standing with its engine running', '清运车怠速停留'],
    kind: 'refuse-truck',
    lasts_s: [900, 2_700],
    first_s: [60, 120],
    phenomena: ['truck-idling'],
  }),
  'truck-astray': cause({
    title: ['truck away from its route', '清运车偏离路线'],
    kind: 'refuse-truck',
    lasts_s: [600, 2_400],
    first_s: [60, 120],
    phenomena: ['truck-astray'],
  }),
  'load-dropped': cause({
    title: ['load dropped on the road', '清运车遗撒'],
    kind: 'refuse-truck',
    lasts_s: [0, 0],
    first_s: [26, 45],
    phenomena: ['load-spilled'],
  }),
  'call-for-help': cause({
    title: ['inspector calls for help', '监督员紧急求助'],
    kind: 'patrol-terminal',
    lasts_s: [45, 180],
    first_s: [9, 15],
    phenomena: ['patrol-sos'],
  }),
  'patrol-idle': cause({
    title: ['inspector stands still on duty', '监督员在岗滞留'],
    kind: 'patrol-terminal',
    lasts_s: [1_800, 5_400],
    first_s: [60, 120],
    phenomena: ['patrol-idle'],
  }),
  'patrol-astray': cause({
    title: ['inspector away from the beat', '监督员脱离责任网格'],
    kind: 'patrol-terminal',
    lasts_s: [900, 3_600],
    first_s: [60, 120],
    phenomena: ['patrol-astray'],
  }),
}
