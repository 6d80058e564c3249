const COMPARISON = /^\(?\s*([a-z][a-z0-9_]*)\s*(?:>=|<=|>|<)\s*([\w.-]+)\s*\)?$/i

/** What a channel is compared with, where a condition says so plainly. */
export function markIn(
  text: string | null,
  channel: string,
  params: Readonly<Record<string, { readonly value: unknown } | undefined>>,
): number | null {
  const [, name, right = ''] = COMPARISON.exec(text?.trim() ?? '') ?? []
  if (name !== channel) return null
  const value = /^-?[0-9.]+$/.test(right)
    ? Number(right)
    : params[right.replace(/^params?\./, '')]?.value
  return typeof value === 'number' ? value : null
}

/** Whether a condition looks at a channel. */
export const names = (text: string, channel: string): boolean =>
  new RegExp(`\\b${channel}\\b`).test(text)
