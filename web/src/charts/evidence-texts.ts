import { defineTexts } from '#web/src/locale/use-texts.ts'

/** Of readings with what a rule made of them. */
export const EVIDENCE_TEXTS = defineTexts({
  zh: {
    threshold: '阈值 {value}',
    clearMark: '解除 {value}',
    holding: '持续确认',
    standing: '告警',
  },
  en: {
    threshold: 'mark {value}',
    clearMark: 'clear {value}',
    holding: 'holding',
    standing: 'episode',
  },
})
