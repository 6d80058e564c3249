import { isRuleFaultCode, type RuleFault, ruleFault } from '#model/rule-fault.ts'

/** A fault as the validator of a form tells it. */
interface FormError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: unknown
}

/** What a document has against its form; undefined for what there is no word for. */
export function formFault({ keyword, instancePath: at, params }: FormError): RuleFault | undefined {
  if (keyword === 'boolean') return ruleFault('no-part', { at })
  const given = params as Readonly<Record<string, unknown>>
  const code = `form-${keyword === 'type' ? String(given['type']) : keyword}`
  if (!isRuleFaultCode(code)) return undefined
  const names = given['requiredProperties']
  return ruleFault(code, {
    at,
    ...(Array.isArray(names) && { names: names.join(', ') }),
    ...(keyword === 'pattern' && { pattern: String(given['pattern']) }),
  })
}
