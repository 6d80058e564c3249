interface Texts {
  readonly en: string
  readonly zh: string
}

/** What can be wrong with a rule, as it is said; `{name}` stands for what was wrong this time. */
export const RULE_FAULT_TEXTS = {
  'unknown-channel': {
    en: 'a {kind} has no channel {channel}',
    zh: '{kind} 没有监测项 {channel}',
  },
  'unknown-channel-near': {
    en: 'a {kind} has no channel {channel}; is it {nearest}?',
    zh: '{kind} 没有监测项 {channel}，是否为 {nearest}？',
  },
  'unknown-param': { en: 'the rule has no parameter {param}', zh: '规则没有参数 {param}' },
  'unknown-param-near': {
    en: 'the rule has no parameter {param}; is it {nearest}?',
    zh: '规则没有参数 {param}，是否为 {nearest}？',
  },
  'no-condition': { en: 'is a {type}, not a condition', zh: '结果是 {type}，不是条件' },
  'other-units': {
    en: '{left} and {right} are different units',
    zh: '{left} 与 {right} 单位不同',
  },
  'window-span': { en: "a window is a span such as '10m'", zh: "时间窗应写作 '10m' 这样的时长" },
  'window-day': { en: 'a window is a day at most', zh: '时间窗最长一天' },
  'nested-too-deeply': { en: 'is nested too deeply', zh: '嵌套过深' },
  'when-or-silent': {
    en: 'a rule has either `when` or `silent`',
    zh: 'when 与 silent 须写且只写一个',
  },
  'nothing-beside': { en: 'means nothing beside `{beside}`', zh: '与 {beside} 同用没有意义' },
  'silence-of-nothing': { en: 'is longer than nothing', zh: '时长须大于零' },
  'min-above-max': { en: 'min is above max', zh: 'min 大于 max' },
  'out-of-bounds': { en: 'is not between min and max', zh: '不在 min 与 max 之间' },
  'near-by-either': {
    en: 'are near by either `within_m` or `sameGrid`',
    zh: 'within_m 与 sameGrid 须写且只写一个',
  },
  'unknown-condition': {
    en: 'no {type} filing condition {condition}',
    zh: '没有立案条件 {condition}',
  },
  'condition-of-others': {
    en: '{condition} is for the classes {classes}',
    zh: '{condition} 适用于类别 {classes}',
  },
  'unknown-schedule': {
    en: 'there is no schedule {schedule}; there are {known}',
    zh: '没有时段 {schedule}；可用：{known}',
  },
  'no-part': { en: 'is no part of a rule', zh: '不是规则的组成部分' },
  'form-enum': {
    en: 'must be equal to one of the allowed values',
    zh: '不在可选的值之中',
  },
  'form-const': { en: 'must be equal to constant', zh: '不在可选的值之中' },
  'form-anyOf': { en: 'must match a schema in anyOf', zh: '写法不对' },
  'form-pattern': { en: 'must match pattern {pattern}', zh: '写法不对（应符合 {pattern}）' },
  'form-required': { en: 'must have required properties {names}', zh: '缺少：{names}' },
  'form-string': { en: 'must be string', zh: '应为文本' },
  'form-number': { en: 'must be number', zh: '应为数值' },
  'form-integer': { en: 'must be integer', zh: '应为整数' },
  'form-boolean': { en: 'must be boolean', zh: '应为 true 或 false' },
  'form-object': { en: 'must be object', zh: '应为若干项的组合' },
  'form-array': { en: 'must be array', zh: '应为列表' },
} as const satisfies Readonly<Record<string, Texts>>

export type RuleFaultCode = keyof typeof RULE_FAULT_TEXTS

/** One of them with what was wrong this time. */
export interface RuleFault {
  readonly code: RuleFaultCode
  readonly params: Readonly<Record<string, string | number>>
}

export const isRuleFaultCode = (text: string): text is RuleFaultCode =>
  Object.hasOwn(RULE_FAULT_TEXTS, text)

export const ruleFault = (code: RuleFaultCode, params: RuleFault['params'] = {}): RuleFault => ({
  code,
  params,
})

/** The sentence of a fault, without its place. */
export const sayRuleFault = ({ code, params }: RuleFault, language: keyof Texts): string =>
  RULE_FAULT_TEXTS[code][language].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  )
