import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

export const databaseAway: Scenario = {
  name: 'database-away',
  title: 'PostgreSQL stopped for five minutes',
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const away_s = isShort ? 3 : 300
    await untilFlowing(herd)
    await stage.stopDatabase()
    const acknowledged = herd.acknowledged
    const lostBefore = herd.connectionsLost
    for (let gone = 0; gone < away_s; gone += 1) {
      await pause(1)
      if (gone % 30 === 29) progress(`away for ${gone + 1} s, ${herd.said} said`)
    }
    const during = herd.acknowledged - acknowledged
    herd.measure()
    await stage.startDatabase()
    const back_s = await untilFlowing(herd)
    const cut = herd.connectionsLost - lostBefore
    if (cut > 0) fault(`${cut} devices were cut off`)
    saw(`away for ${away_s} s, in which ${during} messages were acknowledged`)
    saw(`${back_s} s after PostgreSQL runs again messages flow; nobody was cut off`)
  },
}
