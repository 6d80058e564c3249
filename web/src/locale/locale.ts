import { computed } from 'vue'
import { createI18n } from 'vue-i18n'

export const LOCALES = ['zh', 'en'] as const
export type Locale = (typeof LOCALES)[number]

const KEY = 'wanmi.locale'

const isLocale = (text: string | null): text is Locale => LOCALES.includes(text as Locale)

/** What was chosen before, else Chinese unless the browser asks for another language. */
function firstLocale(): Locale {
  const chosen = localStorage.getItem(KEY)
  if (isLocale(chosen)) return chosen
  return navigator.languages.some((language) => language.startsWith('zh')) ||
    navigator.languages.length === 0
    ? 'zh'
    : 'en'
}

export const i18n = createI18n({
  legacy: false,
  locale: firstLocale(),
  fallbackLocale: 'zh',
  messages: { zh: {}, en: {} },
  missingWarn: false,
  fallbackWarn: false,
})

export const locale = computed<Locale>({
  get: () => i18n.global.locale.value,
  set(value) {
    i18n.global.locale.value = value
    localStorage.setItem(KEY, value)
    document.documentElement.lang = value === 'zh' ? 'zh-CN' : 'en'
  },
})

document.documentElement.lang = locale.value === 'zh' ? 'zh-CN' : 'en'

/** A text of the service that comes in both languages. */
export const said = (text: { readonly en: string; readonly zh: string }): string =>
  text[locale.value]
