import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

export const stalls: Scenario = {
  name: 'stalls',
  title: 'the process of the service stands still for seconds (SIGSTOP)',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const rounds = isShort ? 1 : 6
    const still_s = isShort ? 2 : 10
    const backs: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await untilFlowing(herd)
      progress(`stall ${round} of ${rounds}`)
      stage.service.kill('SIGSTOP')
      await pause(still_s)
      stage.service.kill('SIGCONT')
      backs.push(await untilFlowing(herd))
    }
    if (herd.connectionsLost > 0) fault(`${herd.connectionsLost} devices were cut off`)
    saw(`${rounds} times ${still_s} s; messages flow ${Math.max(...backs)} s after each`)
  },
}
