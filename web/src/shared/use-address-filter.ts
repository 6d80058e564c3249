import { computed, shallowRef, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

export type AddressFilter<Name extends string> = Readonly<Partial<Record<Name, string>>>

/** What a list is narrowed by, kept in the address, so that a view can be sent to a colleague. */
export function useAddressFilter<Name extends string>(names: readonly Name[]) {
  const route = useRoute()
  const router = useRouter()
  const { path } = route
  const read = (): AddressFilter<Name> => {
    const given = names.flatMap((name) => {
      const value = route.query[name]
      return typeof value === 'string' && value !== '' ? [[name, value] as const] : []
    })
    return Object.fromEntries(given) as AddressFilter<Name>
  }
  const readAfter = (): string | undefined => {
    const value = route.query['after']
    return typeof value === 'string' ? value : undefined
  }
  const filter = shallowRef(read())
  const after = shallowRef(readAfter())
  watch(
    () => route.fullPath,
    () => {
      // Another page has names of its own.
      if (route.path !== path) return
      filter.value = read()
      after.value = readAfter()
    },
  )
  const kept = (changes: AddressFilter<Name> | null) =>
    Object.fromEntries(
      Object.entries<string | undefined>({ ...filter.value, ...changes }).filter(
        (entry): entry is [string, string] => !!entry[1],
      ),
    )

  return {
    filter,
    after,
    hasAny: computed(() => Object.keys(filter.value).length > 0),
    /** Another filter begins at its first page; an empty text takes one away. */
    narrow(changes: AddressFilter<Name>): void {
      void router.replace({ query: kept(changes) })
    },
    /** The same, with the view before kept for the way back. */
    go(changes: AddressFilter<Name>): void {
      void router.push({ query: kept(changes) })
    },
    clear(): void {
      void router.replace({ query: {} })
    },
    turnTo(next: string | undefined): void {
      void router.push({ query: { ...kept(null), ...(next !== undefined && { after: next }) } })
    },
  }
}
