import { type Scope, seesArea } from './principal.ts'

const includesAll = (outer: readonly string[] | null, inner: readonly string[] | null): boolean =>
  outer === null || (inner?.every((name) => outer.includes(name)) ?? false)

/** Whether who has the outer scope sees all that who has the inner one sees. */
export const scopeCovers = (outer: Scope, inner: Scope): boolean =>
  (outer.areas === null || (inner.areas?.every((area) => seesArea(outer, area)) ?? false)) &&
  includesAll(outer.networks, inner.networks) &&
  includesAll(outer.departments, inner.departments)

/** Whether nothing in the city is hidden: neither areas nor networks bound it. */
export const seesWholeCity = ({ areas, networks }: Scope): boolean =>
  areas === null && networks === null
