import type { Scenario } from '#tests/chaos/scenario.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'

/** Drawn anew each time; `cut`: how large a share of the connections breaks each second. */
const WEATHER = [
  { delay_ms: 200 },
  { drip_bytes: 1, dripEvery_ms: 0 },
  { drip_bytes: 7, dripEvery_ms: 3 },
  { delay_ms: 50, cut: 0.3 },
  { cut: 1 },
  {},
] as const

export const badLines: Scenario = {
  name: 'bad-lines',
  title: 'lines to devices and to the database that cut, delay, drip-feed and go dead',
  isQuick: true,
  async play({ stage, herd, isShort, progress, saw }) {
    const each_s = isShort ? 0.5 : 8
    const lines = { devices: stage.deviceLine, database: stage.databaseLine }
    herd.measure()
    for (const [name, line] of Object.entries(lines)) {
      for (const { cut = 0, ...fault } of [...WEATHER].map((each) => ({ cut: 0, ...each }))) {
        progress(`${name}: ${JSON.stringify({ ...fault, cut })}`)
        line.worsen(fault)
        for (let gone = 0; gone < each_s; gone += 0.5) {
          line.cut(cut)
          await pause(0.5)
        }
      }
      line.worsen()
      progress(`${name}: dead`)
      line.hold()
      await pause(each_s)
      line.release()
      await untilFlowing(herd)
    }
    saw(`${herd.connectionsLost} connections of devices broke`)
    saw(`at most ${herd.longestGapMs / 1_000} s without an acknowledgement`)
  },
}
