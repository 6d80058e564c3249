import { findClass } from '#model/catalogue.ts'

/** What a class is called, by `edition/kind/class`; null where no catalogue has it. */
export function classTitle(key: string): string | null {
  const [edition = '', kind, digits = ''] = key.split('/')
  if (kind !== 'part' && kind !== 'event') return null
  return findClass(edition, kind, digits)?.minorName ?? null
}
