import type { Scenario } from '#tests/chaos/scenario.ts'
import { anyMoment, until, untilFlowing } from '#tests/chaos/waiting.ts'

export const killDatabase: Scenario = {
  name: 'kill-database',
  title: 'SIGKILL of PostgreSQL, which is started again',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const kills = isShort ? 1 : 10
    const gaps: number[] = []
    const { pid } = stage.service
    for (let kill = 1; kill <= kills; kill++) {
      await untilFlowing(herd)
      await anyMoment(0.2, isShort ? 0.6 : 4)
      progress(`kill ${kill} of ${kills}`)
      herd.measure()
      const killed = stage.databasePid
      stage.killDatabase()
      await until('PostgreSQL does not come back', () => stage.databasePid !== killed)
      await untilFlowing(herd)
      gaps.push(herd.longestGapMs)
    }
    if (stage.service.pid !== pid) fault('the service ended')
    if (herd.connectionsLost > 0) fault(`${herd.connectionsLost} devices were cut off`)
    saw(`${kills} kills, then up to ${Math.max(...gaps) / 1_000} s without an acknowledgement`)
  },
}
