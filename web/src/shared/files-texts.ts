import { defineTexts } from '#web/src/locale/use-texts.ts'

export const FILES_TEXTS = defineTexts({
  zh: { photos: '照片与附件', photo: '附件 {index}' },
  en: { photos: 'Photos and files', photo: 'File {index}' },
})
