import { type EpochMs, epochMs, hours, minutes, seconds } from '#model/time.ts'
import { runFleet } from '#simulator/fleet/run-fleet.ts'
import type { Scenario as CityScenario } from '#simulator/scenario/scenario.ts'
import { loadScenario } from '#simulator/scenario/shipped-scenarios.ts'
import type { Scenario } from '#tests/chaos/scenario.ts'
import { Stage } from '#tests/chaos/stage.ts'
import { anyMoment, until } from '#tests/chaos/waiting.ts'
import { ADMIN_TOKEN } from '#tests/support/service-process.ts'

/** How the simulated day goes on the wall. */
const SPEED = 60
const TABLES = ['manhole_cover', 'pipe_gauge', 'bin_sensor', 'refuse_truck', 'patrol_terminal']

interface Reached {
  readonly acknowledged: number
  readonly unanswered: number
  readonly readings: ReadonlySet<string>
  readonly twice: number
  readonly episodes: ReadonlySet<string>
  readonly cases: ReadonlySet<string>
  readonly casesTwice: number
}

export const city: Scenario = {
  name: 'city',
  title: 'the simulated city with all its faults, while service and database are killed',
  herd: () => ({ devices: 20, perSecond: 20 }),
  async play({ stage, isShort, progress, saw, fault }) {
    const day = cityOf(isShort)
    const startedAt = epochMs(Date.now() - hours(3))
    progress('undisturbed')
    const calm = await Stage.open()
    const wanted = await live(calm, day, startedAt)
    await calm.close()
    progress('disturbed')
    const enough = new AbortController()
    const disturbing = disturb(stage, enough.signal, progress)
    // It is waited for below; until then its failure is nobody's.
    disturbing.catch(() => undefined)
    const found = await live(stage, day, startedAt, () => {
      enough.abort()
    })
    const kills = await disturbing
    if (found.unanswered > 0) fault(`${found.unanswered} messages unacknowledged`)
    for (const name of ['readings', 'episodes', 'cases'] as const) {
      const missing = [...wanted[name]].filter((each) => !found[name].has(each))
      const more = [...found[name]].filter((each) => !wanted[name].has(each))
      if (missing.length > 0) fault(`${missing.length} ${name} missing, such as ${missing[0]}`)
      if (more.length > 0) fault(`${more.length} ${name} too many, such as ${more[0]}`)
    }
    if (found.twice > 0) fault(`${found.twice} readings stored twice`)
    if (found.casesTwice > 0) fault(`${found.casesTwice} cases open twice`)
    saw(`${found.acknowledged} messages of the city acknowledged, ${kills} kills`)
    saw(
      `${found.readings.size} readings, ${found.episodes.size} episodes, ${found.cases.size} cases`,
    )
    saw('the same readings, episodes and cases as of the same day undisturbed')
  },
}

function cityOf(isShort: boolean): CityScenario {
  const faults = loadScenario('all-faults')
  return {
    ...faults,
    duration: minutes(isShort ? 10 : 90),
    speed: SPEED,
    fleet: { ...faults.fleet, devices: isShort ? 60 : 400, rate: isShort ? 4 : 20 },
  }
}

/** Kills the service, then the database, until it is told to stop; gives how often. */
async function disturb(
  stage: Stage,
  enough: AbortSignal,
  progress: (text: string) => void,
): Promise<number> {
  let kills = 0
  while (!enough.aborted) {
    await anyMoment(3, 8)
    if (enough.aborted) break
    kills++
    progress(`kill ${kills}`)
    if (kills % 2 === 1) {
      await stage.killService()
      stage.spawn()
    } else {
      const killed = stage.databasePid
      stage.killDatabase()
      await until('PostgreSQL does not come back', () => stage.databasePid !== killed)
    }
    await stage.ready()
  }
  return kills
}

async function live(
  stage: Stage,
  day: CityScenario,
  startedAt: EpochMs,
  over = (): void => undefined,
): Promise<Reached> {
  const fleet = runFleet({
    scenario: day,
    duration: day.duration,
    endpoint: { host: '127.0.0.1', port: stage.deviceLine.port },
    service: { url: stage.service.api, token: ADMIN_TOKEN },
    start: startedAt,
    drain: seconds(60),
  })
  const { acknowledged, published } = await fleet.finished
  over()
  await stage.ready()
  return { acknowledged, unanswered: published - acknowledged, ...(await stored(stage)) }
}

async function stored(stage: Stage) {
  const readings: string[] = []
  for (const table of TABLES) {
    const rows = await stage.sql<{ key: string }>(
      `SELECT device_id || ' ' || measured_at || ' ' || seq AS key FROM reading_${table}
       WHERE device_id !~ '^city-[0-9]+$'`,
    )
    readings.push(...rows.map(({ key }) => key))
  }
  // Silence goes by the clock on the wall, groups by who was silent.
  const episodes = await stage.sql<{ key: string }>(
    `SELECT device_id || ' ' || rule_id || ' ' || started_at AS key FROM episode
     WHERE device_id !~ '^city-[0-9]+$' AND role <> 'group' AND withdrawn_at IS NULL
       AND rule_id !~ 'silent'`,
  )
  const cases = await stage.sql<{ key: string; count: number }>(
    `SELECT object_id || ' ' || phenomenon AS key, count(*)::integer AS count FROM case_record
     WHERE device_id !~ '^city-[0-9]+$' AND state NOT IN ('closed', 'withdrawn', 'rejected')
       AND rule_id !~ 'silent' GROUP BY 1`,
  )
  return {
    readings: new Set(readings),
    twice: readings.length - new Set(readings).size,
    episodes: new Set(episodes.map(({ key }) => key)),
    cases: new Set(cases.map(({ key }) => key)),
    casesTwice: cases.filter(({ count }) => count > 1).length,
  }
}
