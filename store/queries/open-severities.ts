import { SEVERITIES, type Severity } from '#model/rule.ts'
import { query, type Session } from '#store/query.ts'

/**
 * The worst of what is wrong with each device now: of its episodes that are neither cleared nor
 * withdrawn. Those of groups are of no device.
 */
export async function openSeverities(session: Session): Promise<ReadonlyMap<string, Severity>> {
  const rows = await query<{ id: string; severity: Severity }>(
    session,
    `select device_id as id, severity from episode
     where cleared_at is null and withdrawn_at is null and role <> 'group'`,
  )
  const worst = new Map<string, Severity>()
  for (const { id, severity } of rows) {
    const before = worst.get(id)
    if (before === undefined || rank(severity) > rank(before)) worst.set(id, severity)
  }
  return worst
}

const rank = (severity: Severity): number => SEVERITIES.indexOf(severity)
