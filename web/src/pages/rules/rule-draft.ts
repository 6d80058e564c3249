/** What was typed of a rule and is not published. */
export interface RuleDraft {
  readonly document: string
  /** Of the tests beside it; null: they were left alone. */
  readonly tests: string | null
  /** In force when it was begun; 0: the rule is new. */
  readonly base: number
  /** Epoch ms. */
  readonly at: number
}

const keyOf = (id: string): string => `wanmi.rule-draft.${id}`

/** Drafts stay in this browser, by the id of the rule: a session that ends takes none of them away. */
export const drafts = {
  find(id: string): RuleDraft | null {
    const kept = localStorage.getItem(keyOf(id))
    if (kept === null) return null
    try {
      return JSON.parse(kept) as RuleDraft
    } catch {
      // Nobody but us writes there; what is broken cannot be offered.
      localStorage.removeItem(keyOf(id))
      return null
    }
  },

  keep(id: string, draft: Omit<RuleDraft, 'at'>): void {
    const kept = drafts.find(id)
    // What is only shown again keeps the time at which it was typed.
    if (kept?.document === draft.document && kept.tests === draft.tests) return
    localStorage.setItem(keyOf(id), JSON.stringify({ ...draft, at: Date.now() }))
  },

  drop(id: string): void {
    localStorage.removeItem(keyOf(id))
  },

  /** Of which rules there is one. */
  all(): ReadonlySet<string> {
    const prefix = keyOf('')
    const names = Object.keys(localStorage).filter((name) => name.startsWith(prefix))
    return new Set(names.map((name) => name.slice(prefix.length)))
  },
}
