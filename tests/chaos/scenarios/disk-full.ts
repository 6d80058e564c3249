import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

export const diskFull: Scenario = {
  name: 'disk-full',
  title: 'not a byte free on the disk of the database',
  isQuick: true,
  disk_mb: 640,
  isImpossible: ({ hasDisk }) =>
    hasDisk ? undefined : 'mounting a small disk needs root and CAP_SYS_ADMIN',
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const rounds = isShort ? 1 : 4
    const { pid } = stage.service
    const backs: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await untilFlowing(herd)
      progress(`filling the disk, ${round} of ${rounds}`)
      const free = stage.fillDisk()
      await pause(isShort ? 2 : 20)
      free()
      backs.push(await untilFlowing(herd))
    }
    if (stage.service.pid !== pid) fault('the service ended')
    saw(`${rounds} times full; messages flow ${Math.max(...backs)} s after there is room again`)
  },
}
