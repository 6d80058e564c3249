import { KIND_TITLES, SEVERITY_TITLES } from '#model/case-names.ts'
import { classesOf, conditionsOf, DEFAULT_EDITION, FILING_CONDITIONS } from '#model/catalogue.ts'
import type { Channel } from '#model/channel.ts'
import { findKind } from '#model/kinds.ts'
import { showNumber } from '#web/src/locale/format.ts'
import { locale, said } from '#web/src/locale/locale.ts'
import { describedAt, type JsonSchema, keysAt, wordsAt } from './json-schema.ts'
import { commonChannels, kindsIn, type RuleLanguage } from './rule-language.ts'
import { AHEAD_WORDS, FUNCTION_WORDS, RULE_WORDS } from './rule-words.ts'
import { namesBelow, type YamlContext, yamlContext } from './yaml-context.ts'

/** One word that may be typed, with what it means. */
export interface Suggestion {
  readonly word: string
  /** What is typed where it is more than the word. */
  readonly text?: string
  readonly detail: string
  readonly sort: 'key' | 'value' | 'channel' | 'function' | 'param'
}

export interface Help {
  suggest(before: string, whole: string): readonly Suggestion[]
  /** What the word means at whose end a text stops; null: nothing is known of it. */
  explain(before: string, whole: string): { readonly title: string; readonly text: string } | null
}

const isCondition = ([first, second]: readonly string[]): boolean =>
  first === 'when' || first === 'clear' || (first === 'levels' && second === 'when')

/** `mm, 0–6,000`: what a channel is measured in and between what. */
export const channelSpan = ({ type, unit, min, max }: Channel): string => {
  if (type === 'boolean') return locale.value === 'zh' ? '是/否' : 'true/false'
  const span = `${showNumber(min ?? null)} – ${showNumber(max ?? null)}`
  return unit === '1' ? span : `${unit} · ${span}`
}

/** What may be typed in a rule, and what it means. */
export function ruleHelp(language: RuleLanguage): Help {
  return {
    suggest(before, whole) {
      const { path, isKey } = yamlContext(before)
      if (isKey) return keysOf(language.rule, path)
      if (isCondition(path)) return conditionWords(whole)
      return valuesOf(language, path, whole)
    },
    explain(before, whole) {
      const at = yamlContext(before)
      if (!at.isKey && isCondition(at.path)) {
        const found = conditionWords(whole).find(({ word }) => word === at.word)
        return found ? { title: at.word, text: found.detail } : null
      }
      return meaning(language.rule, at, (path) => wordsOf(path, language.rule))
    },
  }
}

/** The same of the tests beside it. */
export function testHelp(language: RuleLanguage, kinds: () => readonly Channel[]): Help {
  const channels = () =>
    kinds().map(
      (channel): Suggestion => ({
        word: channel.name,
        text: `${channel.name}: `,
        detail: `${said(channel.title)} · ${channelSpan(channel)}`,
        sort: 'channel',
      }),
    )
  const schema = language.test
  return {
    suggest(before) {
      const { path, isKey } = yamlContext(before)
      if (isKey && path.at(-1) === 'series') return channels()
      if (isKey) return keysOf(schema, path)
      return wordsAt(schema, path).map((word) => ({ word, detail: '', sort: 'value' }))
    },
    explain(before) {
      const at = yamlContext(before)
      const channel = channels().find(({ word }) => word === at.word)
      if (channel && at.path.includes('series')) return { title: at.word, text: channel.detail }
      return meaning(schema, at, (path) => describedAt(schema, path))
    },
  }
}

function meaning(
  schema: JsonSchema,
  { path, word, isKey }: YamlContext,
  words: (path: readonly string[]) => string | undefined,
) {
  const whole = isKey ? [...path, word] : path
  const last = whole.at(-1)
  if (last === undefined || (isKey && keysAt(schema, path).every(({ name }) => name !== word))) {
    return null
  }
  const text = words(whole)
  return text === undefined ? null : { title: last, text }
}

function wordsOf(path: readonly string[], schema: JsonSchema): string | undefined {
  const key = path[0] === 'params' && path.length > 2 ? ['params', '*', ...path.slice(2)] : path
  const known = RULE_WORDS[key.join('.')]
  return known ? said(known) : describedAt(schema, path)
}

const keysOf = (schema: JsonSchema, path: readonly string[]): readonly Suggestion[] =>
  keysAt(schema, path).map(({ name, isNeeded }) => ({
    word: name,
    text: `${name}: `,
    detail: `${isNeeded ? '* ' : ''}${wordsOf([...path, name], schema) ?? ''}`,
    sort: 'key',
  }))

function valuesOf(
  { rule, schedules }: RuleLanguage,
  path: readonly string[],
  whole: string,
): readonly Suggestion[] {
  const value = (word: string, detail = '', text = word): Suggestion => ({
    word,
    text,
    detail,
    sort: 'value',
  })
  const place = path.join('.')
  if (place === 'schedule' || place === 'schedule.not') {
    return schedules.map(({ id, title }) => value(id, said(title)))
  }
  const [, sort] = /case:\s*(part|event)/.exec(whole) ?? []
  if (place.endsWith('outcome.condition')) {
    return FILING_CONDITIONS.filter(({ kind }) => kind === sort).map(({ condition, title }) =>
      value(condition, said(title)),
    )
  }
  if (place.endsWith('outcome.class')) {
    const [, condition] = /condition:\s*([\w-]+)/.exec(whole) ?? []
    return classesOf(DEFAULT_EDITION)
      .filter((each) => each.kind === sort)
      .filter((each) => conditionsOf(each).some((known) => known.condition === condition))
      .map(({ major, minor, minorName }) =>
        value(`${major}${minor}`, minorName, `"${major}${minor}"`),
      )
  }
  return wordsAt(rule, path).map((word) => value(word, titleOf(place, word)))
}

function titleOf(place: string, word: string): string {
  const title =
    place === 'kind'
      ? findKind(word)?.title
      : place.endsWith('severity')
        ? SEVERITY_TITLES[word as keyof typeof SEVERITY_TITLES]
        : place.endsWith('case')
          ? KIND_TITLES[word as keyof typeof KIND_TITLES]
          : undefined
  return title ? said(title) : ''
}

function conditionWords(whole: string): readonly Suggestion[] {
  return [
    ...commonChannels(kindsIn(whole)).map(
      (channel): Suggestion => ({
        word: channel.name,
        detail: `${said(channel.title)} · ${channelSpan(channel)}`,
        sort: 'channel',
      }),
    ),
    ...namesBelow(whole, 'params').map(
      (name): Suggestion => ({ word: `params.${name}`, detail: said(PARAM), sort: 'param' }),
    ),
    ...Object.entries(FUNCTION_WORDS).map(
      ([word, { form, ...words }]): Suggestion => ({
        word,
        text: `${word}(`,
        detail: `${form} · ${said(words)}`,
        sort: 'function',
      }),
    ),
    { word: 'ahead_s', detail: said(AHEAD_WORDS), sort: 'channel' },
  ]
}

const PARAM = { en: 'parameter of this rule', zh: '本规则的参数' }
