interface Report {
  readonly message?: string
  readonly metadata?: {
    readonly vulnerabilities?: { readonly total?: number } & Readonly<Record<string, number>>
  }
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>
}

export interface AuditVerdict {
  readonly sentence: string
  readonly isAffected: boolean
}

/** What the answer of `npm audit --json` comes to, in one sentence. */
export function auditVerdict(answer: string): AuditVerdict {
  const report = parsed(answer)
  const total = report.metadata?.vulnerabilities?.total
  if (total === undefined) {
    const why = (report.message ?? answer).split('\n', 1)[0]?.replace(/ - .*/, '').slice(0, 120)
    return {
      sentence: `skipped: the registry answers no audits (${why || 'nothing came'})`,
      isAffected: false,
    }
  }
  if (total === 0) return { sentence: 'no known vulnerabilities', isAffected: false }
  const named = Object.entries(report.vulnerabilities ?? {}).map(
    ([name, { severity }]) => `${name} (${severity})`,
  )
  return { sentence: `${total} known vulnerabilities: ${named.join(', ')}`, isAffected: true }
}

function parsed(answer: string): Report {
  try {
    return JSON.parse(answer) as Report
  } catch {
    return {}
  }
}
