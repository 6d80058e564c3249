import { locale } from '#web/src/locale/locale.ts'

type Rewrite = readonly [pattern: RegExp, zh: string]

/** The service tells faults in English; those that whoever writes rules meets every day are told in Chinese. */
const SENTENCES: readonly Rewrite[] = [
  [/^(?:rule: )?/, ''],
  [/condition `(.*)`: /s, '条件 `$1`：'],
  [/a ([\w-]+) has no channel (\w+)/, '$1 没有监测项 $2'],
  [/there is no parameter (\w+)|has no parameter (\w+)/, '没有参数 $1$2'],
  [/; is it ([\w.]+)\?/, '，是否为 $1？'],
  [/ \(at (\d+)\)$/, '（第 $1 个字符）'],
  [/ is no part of a rule/, ' 不是规则的组成部分'],
  [/ must be equal to one of the allowed values/, ' 不在可选的值之中'],
  [/ must be equal to constant/, ' 不在可选的值之中'],
  [/ must match a schema in anyOf/, ' 的写法不对'],
  [/ must be string/, ' 应为文本'],
  [/ must be number/, ' 应为数值'],
  [/ must be integer/, ' 应为整数'],
  [/ must be object/, ' 应为若干项的组合'],
  [/ must be array/, ' 应为列表'],
  [/ must match pattern (.*)$/, ' 的写法不对（应符合 $1）'],
  [/ must have required properties (.*)$/, ' 缺少：$1'],
  [/^the document/, '文档'],
  [/: a rule has either `when` or `silent`/, '：when 与 silent 须写且只写一个'],
  [/: means nothing beside `(\w+)`/, '：与 $1 同用没有意义'],
  [/: is not between min and max/, '：不在 min 与 max 之间'],
  [/: min is above max/, '：min 大于 max'],
  [/: no (part|event) filing condition (\S+)/, '：没有立案条件 $2'],
  [/: (\S+) is for the classes (.*)$/, '：$1 适用于类别 $2'],
  [/: there is no schedule (\S+); there are (.*)$/, '：没有时段 $1；可用：$2'],
  [/ at line (\d+), column (\d+)$/, '（第 $1 行第 $2 列）'],
]

export function faultSentence(detail: string): string {
  const plain = detail.replace(/^rule: /, '')
  if (locale.value !== 'zh') return plain
  return SENTENCES.reduce((text, [pattern, zh]) => text.replace(pattern, zh), plain)
}
