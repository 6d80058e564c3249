import { defineTexts } from '#web/src/locale/use-texts.ts'

/** Of what is left of a limit. */
export const DEADLINE_TEXTS = defineTexts({
  zh: {
    left: '剩余 {span}',
    over: '已超时 {span}',
    parked: '挂账至 {at}',
    noDeadline: '无时限',
    ended: '已办结',
  },
  en: {
    left: '{span} left',
    over: 'overdue by {span}',
    parked: 'parked until {at}',
    noDeadline: 'no deadline',
    ended: 'over',
  },
})
