import type { LineClass } from './city-line.ts'
import type { Bilingual } from './text.ts'

export const LINE_CLASS_TITLES: Readonly<Record<LineClass, Bilingual>> = {
  arterial: { en: 'main road', zh: '主干路' },
  collector: { en: 'road', zh: '次干路' },
  lane: { en: 'lane', zh: '支路街巷' },
  'water-main': { en: 'water main', zh: '供水管线' },
  sewer: { en: 'sewer', zh: '污水管线' },
  'storm-sewer': { en: 'storm sewer', zh: '雨水管线' },
  'combined-sewer': { en: 'combined sewer', zh: '雨污合流管线' },
  'heat-main': { en: 'heat main', zh: '供热管线' },
  'gas-main': { en: 'gas main', zh: '燃气管线' },
  'power-cable': { en: 'power cable', zh: '电力管线' },
  'telecom-cable': { en: 'telecom cable', zh: '通信管线' },
}
