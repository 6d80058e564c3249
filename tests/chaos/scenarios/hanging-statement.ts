import { Client } from 'pg'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

const LOCKS = [
  { of: 'readings', sql: 'LOCK TABLE reading_manhole_cover IN ACCESS EXCLUSIVE MODE' },
  { of: 'cases', sql: 'SELECT id FROM case_record FOR UPDATE' },
] as const

export const hangingStatement: Scenario = {
  name: 'hanging-statement',
  title: 'another session holds the table of readings, then every row of the cases',
  async play({ stage, herd, isShort, progress, saw, fault }) {
    // Longer than a statement may take: the service gives it up and tries again.
    const held_s = isShort ? 7 : 30
    for (const { of, sql } of LOCKS) {
      await untilFlowing(herd)
      const other = new Client({ connectionString: stage.databaseUrl })
      await other.connect()
      await other.query('BEGIN')
      await other.query(sql)
      progress(`${of} are held for ${held_s} s`)
      herd.measure()
      await pause(held_s)
      const ready = await fetch(`${stage.service.api}/health/ready`)
      // It may be ready for messages, which it spools, but has to say so.
      const isSaid = !ready.ok || (await ready.text()).includes('spooling')
      await other.query('ROLLBACK')
      await other.end()
      const back_s = await untilFlowing(herd)
      if (of === 'readings' && !isSaid) fault('the service does not say that nothing is stored')
      saw(`${of} held: ready answers ${ready.status}, messages flow ${back_s} s after it`)
    }
    if (herd.connectionsLost > 0) fault(`${herd.connectionsLost} devices were cut off`)
  },
}
