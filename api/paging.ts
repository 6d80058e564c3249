import { type TSchema, Type } from 'typebox'

/** Part of a list, and where the next part begins; null at the end. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface PageRequest {
  readonly limit: number
  readonly after?: string | undefined
}

/** The parameters every list takes. */
export const pageParameters = {
  limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'Most items.' }),
  after: Type.Optional(Type.String({ maxLength: 500, description: '`next` of the page before.' })),
}

export const pageOf = <Item extends TSchema>(item: Item) =>
  Type.Object({
    items: Type.Array(item),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'Give it as `after` to read on; null at the end.',
    }),
  })

/** The page as it is shown. */
export const showPage = <Item, Shown>(
  { items, next }: Page<Item>,
  show: (item: Item) => Shown,
): { items: Shown[]; next: string | null } => ({ items: items.map(show), next })
