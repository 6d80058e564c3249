import type { SystemCare } from '#api/routes/system-routes.ts'
import { checkCertificates } from '#cli/doctor/check-certificates.ts'
import { checkClock } from '#cli/doctor/check-clock.ts'
import { checkDatabase } from '#cli/doctor/check-database.ts'
import { checkFolders } from '#cli/doctor/check-folders.ts'
import { checkMachine } from '#cli/doctor/check-machine.ts'
import type { Findings } from '#cli/doctor/finding.ts'
import type { Clock } from '#runtime/clock.ts'
import type { Config } from '#runtime/config.ts'

/** However many look, the machine is looked at no more often. */
const FRESH_MS = 10_000

/** What the doctor looks at, as far as it makes sense from within a service that runs. */
export function systemParts(config: Config, clock: Clock): SystemCare {
  let last: Promise<Awaited<ReturnType<SystemCare['examine']>>> | undefined
  let askedAt = 0
  return {
    startedAt: clock.now(),
    examine() {
      const now = performance.now()
      if (last === undefined || now - askedAt > FRESH_MS) {
        askedAt = now
        last = look(config, clock).then((findings) => ({ at: clock.now(), findings }))
        // The next one looks again; this one is told.
        last.catch(() => {
          last = undefined
        })
      }
      return last
    },
  }
}

async function look(config: Config, clock: Clock): Promise<Findings> {
  const database = await checkDatabase(config)
  const now = clock.now()
  const others = await Promise.all([
    checkFolders(config),
    checkClock(config.city.timeZone, now, database.facts?.calendar ?? null),
    checkCertificates(config, now),
    checkMachine(config),
  ])
  return [...database.findings, ...others.flat()]
}
