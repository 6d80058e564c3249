import { FILING_CONDITIONS, findClass } from '#model/catalogue.ts'

/** The city whose cases are measured: how many there are of what. */
export const CITY = {
  districts: 6,
  streets: 10,
  communities: 8,
  grids: 30,
  departments: 40,
  inspectors: 180,
  acceptors: 20,
  dutyOfficers: 8,
  dispatchers: 12,
  networks: 6,
} as const

/** Codes of the first district, street and community, which have the most cases. */
export const DISTRICT = '140801'
export const STREET = `${DISTRICT}001`
export const COMMUNITY = `${STREET}001`
export const GRID = `${COMMUNITY}001`

/** One that every fifth case has, one that one in 200 has, one that thirty have, one that none has. */
export const FREQUENT_TEXT = '解放路'
export const OCCASIONAL_TEXT = '人民路12'
export const RARE_TEXT = '青石桥北口'
export const ABSENT_TEXT = '孔雀石塔下'

const ROADS = ['解放路', '人民路', '中山街', '学苑路', '河东街', '盐湖大道', '红旗西街', '禹都大道']
const SPOTS = [
  '农贸市场门口',
  '第一小学南门',
  '公交站台旁',
  '小区北门',
  '医院停车场入口',
  '加油站对面',
]
const TROUBLES = [
  '有大量垃圾未清理，气味难闻，影响行人通行，请尽快处理。',
  '井盖松动，车辆经过时响声很大，附近居民无法休息。',
  '路面破损积水，电动车容易滑倒，存在安全隐患。',
  '占道经营，堵塞人行道，多次劝说无效。',
  '路灯不亮已有三天，夜间行走不便。',
]

const classOf = (condition: (typeof FILING_CONDITIONS)[number]) => ({
  kind: condition.kind,
  class: condition.classes[0] ?? '0101',
  condition: condition.condition,
  title: `${findClass(condition.edition, condition.kind, condition.classes[0] ?? '')?.minorName ?? ''}${condition.title.zh}`,
})

/** What the statements that make cases choose from. */
export const CHOICES = {
  conditions: FILING_CONDITIONS.map(classOf),
  roads: ROADS,
  spots: SPOTS,
  troubles: TROUBLES,
}
