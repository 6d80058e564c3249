import type { EpochMs } from '#model/time.ts'
import type { Session } from '#store/query.ts'
import { readRules, readVersions } from './book-rows.ts'
import { addVersion, logChange, putInForce, type Signature } from './book-writes.ts'

/** A rule that comes with Wanmi, by its document. */
export interface LibraryRule {
  readonly ruleId: string
  readonly document: string
}

/** What a library brought, by the ids of its rules. */
export interface SeedReport {
  /** Not known before; in force now. */
  readonly added: readonly string[]
  /** Changed, and in force now. */
  readonly updated: readonly string[]
  /** Changed, and kept as a version that waits: the city has its own in force. */
  readonly offered: readonly string[]
}

/** Who signs what comes with Wanmi. */
const LIBRARY = 'wanmi'

/**
 * Brings the book up to a library. What the city decided stays in force, and what the library no
 * longer has stays as it is. The book is locked.
 */
export async function seedLibrary(
  session: Session,
  library: readonly LibraryRule[],
  at: EpochMs,
): Promise<SeedReport> {
  const report = { added: [] as string[], updated: [] as string[], offered: [] as string[] }
  const known = new Map((await readRules(session)).map((rule) => [rule.ruleId, rule]))
  const signature: Signature = { author: LIBRARY, note: null, at }
  for (const { ruleId, document } of library) {
    const rule = known.get(ruleId)
    if (rule && rule.libraryVersion !== null) {
      const [shipped] = await readVersions(session, ruleId, rule.libraryVersion)
      if (shipped?.document === document) continue
    }
    const version = await addVersion(session, { ruleId, document, origin: 'library' }, signature)
    // A city whose own text is what ships now has nothing left that is its own.
    const goesInForce = !rule || rule.followsLibrary || rule.document === document
    if (goesInForce) await putInForce(session, ruleId, version, { followsLibrary: true, at })
    const action = rule ? (goesInForce ? 'updated' : 'offered') : 'added'
    report[action].push(ruleId)
    const inForce = goesInForce ? version : rule.version
    await logChange(session, { ruleId, action, version: inForce, detail: { version } }, signature)
  }
  return report
}
