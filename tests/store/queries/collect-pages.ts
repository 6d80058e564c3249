import { expect } from 'vitest'
import type { Page } from '#store/queries/page.ts'

/** Every item of a list, page by page; each page but the last is full. */
export async function collectPages<Item>(
  read: (request: { limit: number; after?: string }) => Promise<Page<Item>>,
  limit: number,
): Promise<Item[]> {
  const items: Item[] = []
  let page = await read({ limit })
  items.push(...page.items)
  while (page.next !== null) {
    expect(page.items).toHaveLength(limit)
    page = await read({ limit, after: page.next })
    items.push(...page.items)
  }
  return items
}
