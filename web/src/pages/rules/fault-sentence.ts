import { isRuleFaultCode, sayRuleFault } from '#model/rule-fault.ts'
import { locale } from '#web/src/locale/locale.ts'

interface ToldFault {
  readonly detail: string
  readonly code?: string | undefined
  readonly params?: Readonly<Record<string, string | number>> | undefined
}

/** The service tells faults in English, and those that have a code also by it: they are told in Chinese. */
export function faultSentence({ detail, code, params = {} }: ToldFault): string {
  if (locale.value !== 'zh' || code === undefined || !isRuleFaultCode(code)) {
    return plainFault(detail)
  }
  const said = sayRuleFault({ code, params }, 'zh')
  const { condition, position, at } = params
  if (condition !== undefined) return `条件 \`${condition}\`：${said}（第 ${position} 个字符）`
  if (at === undefined) return said
  return `${at === '' ? '文档' : at}：${said}`
}

/** Without the name that the service calls a document by. */
export const plainFault = (detail: string): string => detail.replace(/^rule: /, '')
