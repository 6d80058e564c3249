import { defineTexts } from '#web/src/locale/use-texts.ts'

export const FOOT_TEXTS = defineTexts({
  zh: { shown: '本页 {count} 条', first: '回到第一页', next: '下一页' },
  en: { shown: '{count} on this page', first: 'First page', next: 'Next page' },
})
