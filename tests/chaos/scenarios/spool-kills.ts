import type { Scenario } from '#tests/chaos/scenario.ts'
import { anyMoment, until, untilFlowing } from '#tests/chaos/waiting.ts'
import { untilReady } from '#tests/support/service-process.ts'

/** Soon enough that it spools in every outage. */
const AFTER_MS = 500

export const spoolKills: Scenario = {
  name: 'spool-kills',
  title: 'SIGKILL while spooling and while the spool is drained',
  stage: () => ({ env: { SPOOL_AFTER_MS: String(AFTER_MS) } }),
  async play({ stage, herd, isShort, progress, saw, fault }) {
    const outages = isShort ? 2 : 8
    let spooled = 0
    for (let outage = 1; outage <= outages; outage++) {
      await untilFlowing(herd)
      await stage.stopDatabase()
      // What is acknowledged now can only be in the spool.
      const before = herd.acknowledged
      await until('nothing is spooled', () => herd.acknowledged > before + 100)
      await anyMoment(0.5, isShort ? 1 : 5)
      spooled += herd.acknowledged - before
      const diesSpooling = outage % 2 === 0
      progress(`outage ${outage} of ${outages}, killed ${diesSpooling ? 'spooling' : 'draining'}`)
      if (diesSpooling) await stage.killService()
      await stage.startDatabase()
      if (!diesSpooling) {
        await anyMoment(0, 2.5)
        await stage.killService()
      }
      stage.spawn()
      await untilReady(stage.service)
    }
    const isDrained = async (): Promise<boolean> => {
      const ready = await fetch(`${stage.service.api}/health/ready`)
      return !(await ready.text()).includes('spooling')
    }
    await untilFlowing(herd)
    const drained_s = await until('the spool is not drained', isDrained, 120_000)
    if (spooled === 0) fault('nothing was spooled')
    saw(`${outages} outages with a kill each, ${spooled} messages acknowledged from the spool`)
    saw(`drained ${drained_s} s after messages flow again`)
  },
}
