import { i18n, LOCALES } from './locale.ts'

/** The texts of a part of the console, each key in both languages. */
export type Texts<Key extends string> = {
  /** Under which vue-i18n knows them. */
  readonly space: string
  readonly zh: Readonly<Record<Key, string>>
  readonly en: Readonly<Record<Key, string>>
}

/** `t('key', { name })`: `{name}` in a text is replaced. */
export type Say<Key extends string> = (
  key: Key,
  values?: Readonly<Record<string, unknown>>,
) => string

let spaces = 0

/**
 * Says texts that stand beside the part which shows them; a language that lacks one does not compile.
 * To be called once, outside of components.
 */
export function defineTexts<const Zh extends Readonly<Record<string, string>>>(texts: {
  readonly zh: Zh
  readonly en: { readonly [Key in keyof Zh]: string }
}): Texts<keyof Zh & string> {
  const space = `texts-${spaces++}`
  for (const locale of LOCALES) i18n.global.mergeLocaleMessage(locale, { [space]: texts[locale] })
  return { space, ...texts }
}

/** Texts in the language of the console, wherever they are said. */
export const useTexts =
  <Key extends string>({ space }: Texts<Key>): Say<Key> =>
  (key, values = {}) =>
    i18n.global.t(`${space}.${key}`, values as Record<string, unknown>)
