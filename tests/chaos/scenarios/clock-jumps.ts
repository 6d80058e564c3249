import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Scenario } from '#tests/chaos/scenario.ts'
import type { Stage } from '#tests/chaos/stage.ts'
import { pause, untilFlowing } from '#tests/chaos/waiting.ts'
import { askApi } from '#tests/support/service-process.ts'

const HOUR_MS = 3_600_000
const JUMPS = [HOUR_MS, 0, -HOUR_MS, 0]

export const clockJumps: Scenario = {
  name: 'clock-jumps',
  title: 'the clock of the server jumps an hour ahead, back, an hour behind and back',
  isQuick: true,
  herd: (isShort) => ({ isLive: true, ...(isShort ? { devices: 20, perSecond: 200 } : {}) }),
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const clock = path.join(mkdtempSync(path.join(tmpdir(), 'wanmi-clock-')), 'offset')
    const set = (ms: number): void => writeFileSync(clock, String(ms))
    set(0)
    const preload = path.resolve('tests/chaos/wandering-clock.ts')
    await stage.replace({ CHAOS_CLOCK: clock, NODE_OPTIONS: `--import ${preload}` })
    await untilFlowing(herd)
    for (const ms of JUMPS) {
      progress(`the clock is off by ${ms / HOUR_MS} h`)
      set(ms)
      await pause(isShort ? 1 : 30)
      await untilFlowing(herd)
    }
    herd.rest()
    await herd.drain(30_000)
    await stage.drained()
    const { replayed, resolved } = await replayAll(stage)
    if (resolved < replayed) fault(`${replayed - resolved} readings stay in the quarantine`)
    const silences = await stage.sql<{ count: number }>(
      `SELECT count(*)::integer AS count FROM episode WHERE rule_id = 'sensor-silent'
       AND device_id ~ $1 AND withdrawn_at IS NULL`,
      [`^${herd.name}-`],
    )
    if (silences[0]?.count !== 0) fault(`${silences[0]?.count} devices were taken for silent`)
    saw(`${replayed} readings were ahead of a clock that was behind, and stored by a replay`)
  },
}

/** What was refused as of the future is not any more. */
async function replayAll(stage: Stage): Promise<{ replayed: number; resolved: number }> {
  const sum = { replayed: 0, resolved: 0 }
  for (let after: string | null = ''; after !== null; ) {
    const page: { replayed: number; resolved: number; next: string | null } = await askApi(
      stage.service,
      '/api/v1/quarantine/replay',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'time-future', ...(after ? { after } : {}) }),
      },
    )
    sum.replayed += page.replayed
    sum.resolved += page.resolved
    after = page.next
  }
  return sum
}
