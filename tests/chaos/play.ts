import { messageOf } from '#model/error.ts'
import { Herd } from './herd.ts'
import type { Scenario } from './scenario.ts'
import { Stage } from './stage.ts'
import { FAULTS, type Verdict, verify } from './verify.ts'
import { until } from './waiting.ts'

export interface Outcome {
  readonly name: string
  readonly seconds: number
  /** Null where it was not played. */
  readonly verdict: Verdict | null
  readonly seen: readonly string[]
  /** Empty: all is well. */
  readonly faults: readonly string[]
  /** Why it was not played. */
  readonly skipped: string | null
}

export interface PlayOptions {
  readonly isShort: boolean
  readonly progress: (text: string) => void
  /** Shared by those that need none of their own. */
  readonly stage?: Stage
}

const DRAIN_MS = 240_000
const LAST_WORDS = 12
const LOST_NAMES: Readonly<Record<(typeof FAULTS)[number], string>> = {
  lost: 'acknowledged and not stored',
  twice: 'stored twice',
  casesLost: 'devices whose case is missing',
  casesTwice: 'devices with two cases of one thing',
  episodesWrong: 'devices whose episodes are not those of their readings',
  noticesLost: 'events nobody was told of',
  noticesTwice: 'notices with two texts',
}

/** Plays a scenario, lets the devices come to rest, and counts. */
export async function play(scenario: Scenario, options: PlayOptions): Promise<Outcome> {
  const { isShort, progress } = options
  const begunAt = performance.now()
  const { disk_mb } = scenario
  const shared = scenario.stage === undefined ? options.stage : undefined
  const stage = shared ?? (await Stage.open({ ...scenario.stage?.(isShort), disk_mb }))
  const outcome = {
    name: scenario.name,
    seconds: 0,
    verdict: null,
    seen: [] as string[],
    faults: [] as string[],
    skipped: null,
  }
  const seconds = (): number => Math.round((performance.now() - begunAt) / 100) / 10
  try {
    const skipped = scenario.isImpossible?.(stage)
    if (skipped !== undefined) return { ...outcome, skipped, seconds: seconds() }
    const herd = await herdOf(scenario, stage, isShort)
    const saw = (text: string): void => void outcome.seen.push(text)
    const fault = (text: string): void => void outcome.faults.push(text)
    try {
      await scenario.play({ stage, herd, isShort, progress, saw, fault })
    } catch (error) {
      fault(`the scenario failed: ${messageOf(error)}`)
    }
    progress('waiting for what is unacknowledged')
    const unanswered = await herd.drain(DRAIN_MS)
    if (unanswered > 0) fault(`${unanswered} messages were never acknowledged`)
    progress('waiting for what is in the spool')
    if (!(await isDrained(stage))) fault('the spool was not drained')
    progress('waiting for what is to be told')
    if (!(await isTold(stage))) saw('not everything was told when counting began')
    progress('counting')
    const verdict = await verify(stage, herd)
    for (const name of FAULTS) {
      if (verdict[name] > 0) fault(`${verdict[name]} ${LOST_NAMES[name]}`)
    }
    if (outcome.faults.length > 0) for (const line of lastWords(stage)) saw(`the service: ${line}`)
    return { ...outcome, verdict, seconds: seconds() }
  } finally {
    if (!shared) await stage.close()
  }
}

/** What is in the spool is acknowledged, and the database has it only afterwards. */
const isDrained = (stage: Stage): Promise<boolean> =>
  comesAbout('the spool is drained', async () => {
    const ready = await fetch(`${stage.service.api}/health/ready`)
    return ready.ok && !(await ready.text()).includes('spooling')
  })

/** Counting takes the receiver's time, which is in this process; what is not told by then is counted. */
const isTold = (stage: Stage): Promise<boolean> =>
  comesAbout('everything is told', async () => {
    const waiting = await stage.sql('SELECT FROM webhook_lane WHERE due_at IS NOT NULL LIMIT 1')
    return waiting.length === 0
  })

const comesAbout = (what: string, isDone: () => Promise<boolean>): Promise<boolean> =>
  until(what, isDone, DRAIN_MS).then(
    () => true,
    () => false,
  )

/** What the service said last, with whoever has to find out in mind. */
const lastWords = ({ service }: Stage): readonly string[] =>
  service.log
    .filter(({ msg }) => msg !== 'request answered')
    .slice(-LAST_WORDS)
    .map((line) => JSON.stringify(line).slice(0, 400))

async function herdOf(scenario: Scenario, stage: Stage, isShort: boolean): Promise<Herd> {
  const usual = isShort ? { devices: 50, perSecond: 500 } : { devices: 1_000, perSecond: 2_000 }
  const options = { name: scenario.name, ...usual, ...scenario.herd?.(isShort) }
  const herd = new Herd(options, stage.deviceLine.port)
  await herd.register(stage.service)
  herd.connect()
  const { devices } = options
  await until('devices do not connect', () => herd.connected === devices)
  herd.start()
  return herd
}
