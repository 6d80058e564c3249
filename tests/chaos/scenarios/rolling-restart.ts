import { setTimeout as sleep } from 'node:timers/promises'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { anyMoment, until, untilFlowing } from '#tests/chaos/waiting.ts'

const LOOK_MS = 10
/** Each secret is checked anew, which costs milliseconds of a core. */
const BACK_PATIENCE_MS = 180_000

export const rollingRestart: Scenario = {
  name: 'rolling-restart',
  title: 'a second process starts on the same ports and takes over from the first',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const rounds = isShort ? 1 : 5
    const gaps: number[] = []
    const httpGaps: number[] = []
    const backs: number[] = []
    for (let round = 1; round <= rounds; round++) {
      await untilFlowing(herd)
      await anyMoment(0.1, isShort ? 0.3 : 3)
      progress(`restart ${round} of ${rounds}`)
      herd.measure()
      const older = stage.service
      const web = watchWeb(older.api)
      stage.spawn()
      const code = await older.ended
      await stage.ready()
      await untilFlowing(herd)
      gaps.push(herd.longestGapMs)
      const areBack = (): boolean => herd.connected === herd.accounts.length
      backs.push(await until('devices do not come back', areBack, BACK_PATIENCE_MS))
      httpGaps.push(await web.stop())
      if (code !== 0) fault(`the older ended with ${code}: ${older.output.at(-1)}`)
      if (!older.output.some((line) => line.includes('hands over'))) fault('it does not say why')
    }
    saw(`${rounds} times; at most ${Math.max(...gaps) / 1_000} s without an acknowledgement`)
    saw(`all ${herd.accounts.length} devices back within ${Math.max(...backs)} s more`)
    saw(`at most ${Math.max(...httpGaps) / 1_000} s without HTTP`)
  },
}

/** Asks again and again; `stop` gives the longest time without an answer, in ms. */
function watchWeb(api: string): { stop(): Promise<number> } {
  const enough = new AbortController()
  let longest = 0
  const watching = (async () => {
    let answeredAt = performance.now()
    while (!enough.signal.aborted) {
      const isThere = await fetch(`${api}/health/live`).then(
        ({ ok }) => ok,
        () => false,
      )
      const now = performance.now()
      longest = Math.max(longest, now - answeredAt)
      if (isThere) answeredAt = now
      await sleep(LOOK_MS)
    }
  })()
  return {
    async stop() {
      enough.abort()
      await watching
      return Math.round(longest)
    },
  }
}
