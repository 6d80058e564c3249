import { defineTexts } from '#web/src/locale/use-texts.ts'

export const MAP_TEXTS = defineTexts({
  zh: { noWebGl: '浏览器不支持 WebGL，无法显示地图；其他功能不受影响。' },
  en: { noWebGl: 'This browser has no WebGL, so there is no map; everything else works.' },
})
