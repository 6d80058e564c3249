import type { Scenario } from '#tests/chaos/scenario.ts'
import { anyMoment, untilFlowing } from '#tests/chaos/waiting.ts'

export const killService: Scenario = {
  name: 'kill-service',
  title: 'SIGKILL of the service, again and again, at any moment',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw }) {
    const kills = isShort ? 1 : 20
    const gaps: number[] = []
    for (let kill = 1; kill <= kills; kill++) {
      await untilFlowing(herd)
      await anyMoment(0.2, isShort ? 0.6 : 4)
      progress(`kill ${kill} of ${kills}`)
      await stage.killService()
      herd.measure()
      stage.spawn()
      await stage.ready()
      await untilFlowing(herd)
      gaps.push(herd.longestGapMs)
    }
    saw(`${kills} kills, then up to ${Math.max(...gaps) / 1_000} s without an acknowledgement`)
  },
}
