import type { Client, Pool, PoolClient } from 'pg'

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A pool that remembers the statements that were run on its connections since it was asked last. */
export function recordingPool(pool: Pool): {
  readonly pool: Pool
  readonly take: () => readonly Statement[]
} {
  let seen: Statement[] = []
  const recording = (client: PoolClient): PoolClient =>
    new Proxy(client, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target)
        if (typeof value !== 'function') return value
        if (name !== 'query') return value.bind(target) as unknown
        return (text: string, values: readonly unknown[] = []) => {
          seen.push({ text, values })
          return target.query(text, [...values])
        }
      },
    })
  const proxy = new Proxy(pool, {
    get(target, name) {
      if (name === 'connect') return async () => recording(await target.connect())
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return {
    pool: proxy,
    take() {
      const taken = seen
      seen = []
      return taken
    },
  }
}

/** How the server goes about the statements of one answer, as they were run. */
export async function plansOf(
  client: Client,
  statements: readonly Statement[],
): Promise<readonly string[]> {
  const plans: string[] = []
  for (const { text, values } of statements) {
    if (!/^\s*(?:select|with)/i.test(text)) {
      await client.query(text, [...values])
      continue
    }
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(
      `explain (analyze, buffers) ${text}`,
      [...values],
    )
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
  }
  return plans
}
