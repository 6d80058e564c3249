import { Client } from 'pg'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'

const QUERIES = 40

export const poolExhausted: Scenario = {
  name: 'pool-exhausted',
  title: 'other sessions take every connection of PostgreSQL while queries of the API pile up',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw, fault }) {
    await untilFlowing(herd)
    progress('taking every connection')
    const taken = await takeAll(stage.databaseUrl)
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const queries = Array.from({ length: QUERIES }, () =>
      fetch(`${stage.service.api}/api/v1/cases`, { headers }).then(({ status }) => status),
    )
    herd.measure()
    // Longer than an idle connection of a pool is kept.
    await pause(isShort ? 1 : 30)
    await untilFlowing(herd)
    const { longestGapMs } = herd
    const p95 = herd.lags.percentile(95)
    await Promise.all(taken.map((client) => client.end()))
    const statuses = new Set(await Promise.all(queries))
    if (longestGapMs > 2_000) fault(`nothing was acknowledged for ${longestGapMs} ms`)
    for (const status of statuses) if (status !== 200 && status !== 503) fault(`status ${status}`)
    saw(`${taken.length} connections taken; PUBACK p95 meanwhile ${p95} ms`)
    saw(`${QUERIES} queries were answered with ${[...statuses].join(' and ')}`)
  },
}

async function takeAll(connectionString: string): Promise<readonly Client[]> {
  const taken: Client[] = []
  for (;;) {
    const client = new Client({ connectionString })
    client.on('error', () => undefined)
    try {
      await client.connect()
      taken.push(client)
    } catch (error) {
      if ((error as { code?: string }).code !== TOO_MANY_CONNECTIONS) throw error
      return taken
    }
  }
}

const TOO_MANY_CONNECTIONS = '53300'
