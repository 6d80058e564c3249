import { defineTexts } from '#web/src/locale/use-texts.ts'

/** Of what is left of a limit. */
export const DEADLINE_TEXTS = defineTexts({
  zh: {
    left: '剩余 {span}',
    workTime: '{span}工时',
    stands: '停表',
    standsUntil: '非工作时间，{at} 起继续计时',
    runsUntil: '计时至 {at}',
    due: '截止 {at}',
    over: '已超时 {span}',
    parked: '挂账至 {at}',
    noDeadline: '无时限',
    ended: '已办结',
  },
  en: {
    left: '{span} left',
    workTime: '{span} of work',
    stands: 'stands',
    standsUntil: 'outside of working hours, goes on {at}',
    runsUntil: 'runs until {at}',
    due: 'due {at}',
    over: 'overdue by {span}',
    parked: 'parked until {at}',
    noDeadline: 'no deadline',
    ended: 'over',
  },
})
