/**
 * The origins of map addresses, as a content security policy names them. Placeholders such as `{s}`
 * in a host stand for any text there.
 */
export const originsOf = (addresses: readonly (string | null)[]): string[] => [
  ...new Set(
    addresses.flatMap((address) => {
      const [, scheme, host] = /^(https?):\/\/([^/?#]+)/.exec(address ?? '') ?? []
      if (scheme === undefined || host === undefined) return []
      return [`${scheme}://${host.replaceAll(/^[^.]*\{[^}]*\}[^.]*/g, '*')}`]
    }),
  ),
]
