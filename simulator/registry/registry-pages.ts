import { askService, type ServiceAddress } from './service-client.ts'

const PAGE = 1_000

interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/**
 * Every item of a list of the registry, page by page.
 *
 * @param path from `/api/v1` on, without a query
 * @throws the errors of {@link askService}.
 */
export async function* registryItems<Item>(
  service: ServiceAddress,
  path: string,
  signal?: AbortSignal,
): AsyncGenerator<Item> {
  let after: string | null = null
  do {
    const query = new URLSearchParams({ limit: `${PAGE}`, ...(after === null ? {} : { after }) })
    const request = {
      method: 'GET',
      path: `${path}?${query.toString()}`,
      ...(signal ? { signal } : {}),
    } as const
    const page = (await askService(service, request)) as Page<Item>
    yield* page.items
    after = page.next
  } while (after !== null)
}
