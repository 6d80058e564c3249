import { useI18n } from 'vue-i18n'

/** The texts of a part of the console, each key in both languages. */
export type Texts<Key extends string> = {
  readonly zh: Readonly<Record<Key, string>>
  readonly en: Readonly<Record<Key, string>>
}

/** Says texts that stand beside the part which shows them; a language that lacks one does not compile. */
export const defineTexts = <const Zh extends Readonly<Record<string, string>>>(texts: {
  readonly zh: Zh
  readonly en: { readonly [Key in keyof Zh]: string }
}): Texts<keyof Zh & string> => texts

/** `t('key', { name })` in the language of the console; `{name}` in a text is replaced. */
export function useTexts<Key extends string>(texts: Texts<Key>) {
  const { t } = useI18n({ useScope: 'local', messages: { zh: texts.zh, en: texts.en } })
  return (key: Key, values: Readonly<Record<string, unknown>> = {}): string =>
    t(key, values as Record<string, unknown>)
}
