import type { Scenario } from '#tests/chaos/scenario.ts'
import { anyMoment, pause, untilFlowing } from '#tests/chaos/waiting.ts'

const LONGEST_STOP_S = 10

export const gracefulStop: Scenario = {
  name: 'graceful-stop',
  title: 'SIGTERM under load, also while the database hangs; a second signal ends it at once',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const took: number[] = []
    const stop = async (): Promise<void> => {
      const begunAt = performance.now()
      stage.service.kill('SIGTERM')
      const code = await stage.service.ended
      if (code !== 0) fault(`exit code ${code}`)
      for (const { msg, step } of stage.service.log) {
        if (String(msg).startsWith('stopping takes too long'))
          saw(`not waited for: ${String(step)}`)
      }
      took.push(Math.round((performance.now() - begunAt) / 10) / 100)
    }
    const again = async (): Promise<void> => {
      stage.spawn()
      await stage.ready()
    }
    for (let round = 1; round <= (isShort ? 1 : 5); round++) {
      await untilFlowing(herd)
      await anyMoment(0.1, isShort ? 0.3 : 3)
      progress(`stop ${round}`)
      await stop()
      await again()
    }
    await untilFlowing(herd)
    const underLoad = Math.max(...took.splice(0))
    if (!isShort) {
      progress('stop while the database does not answer')
      stage.databaseLine.hold()
      await pause(1)
      await stop()
      stage.databaseLine.release()
      await again()
      await untilFlowing(herd)
    }
    const hanging = took.splice(0)
    progress('two signals')
    stage.databaseLine.hold()
    await pause(0.2)
    stage.service.kill('SIGTERM')
    await pause(0.2)
    const begunAt = performance.now()
    stage.service.kill('SIGTERM')
    const code = await stage.service.ended
    const atOnce_ms = Math.round(performance.now() - begunAt)
    stage.databaseLine.release()
    if (code !== 130) fault(`exit code ${code} after a second signal`)
    if (atOnce_ms > 1_000) fault(`a second signal took ${atOnce_ms} ms`)
    await again()
    for (const seconds of [underLoad, ...hanging]) {
      if (seconds > LONGEST_STOP_S) fault(`a stop took ${seconds} s`)
    }
    saw(`stops under load took up to ${underLoad} s`)
    if (hanging.length > 0) saw(`with a database that hangs ${hanging.join()} s`)
    saw(`after a second signal it ended in ${atOnce_ms} ms`)
  },
}
