import type { Client, Pool } from 'pg'
import { plansOf, recordingPool } from '#bench/cases/recording-pool.ts'
import type { Device } from '#model/device.ts'
import { WHOLE_CITY } from '#model/principal.ts'
import { aggregateRows } from '#store/queries/aggregates.ts'
import { dayRows } from '#store/queries/day-rows.ts'
import { readingPage } from '#store/queries/readings.ts'
import { createTopQueries } from '#store/queries/top-devices.ts'
import type { SummedDays } from '#store/queries/top-in-scope.ts'
import { devicesOf, FLEET } from './city-fleet.ts'
import { dayOf, type Span } from './questions.ts'

interface Parts {
  readonly client: Client
  readonly pool: Pool
  readonly timescale: boolean
  readonly summaries: { isSummed(kind: string, hour: number): boolean }
  readonly days: SummedDays | null
}

/** How the server goes about what the service asks of it, once of each sort, as it was run. */
export async function plansOfReads(
  { client, pool, timescale, summaries, days }: Parts,
  span: Span,
  devices: number,
): Promise<string> {
  const [cover, gauge] = ['cover', 'gauge'].map((name) => firstOf(name, devices)) as [
    Device,
    Device,
  ]
  const day = { ...dayOf(7, span), limit: 1_000 }
  const month = {
    every: 'hourly',
    from: span.from,
    to: span.until,
    channels: ['level_mm'],
  } as const
  const hours = { ...month, ...dayOf(7, span) }
  const aMonth = (of: Device): ReturnType<typeof dayRows> =>
    timescale ? aggregateRows(of, month, true) : dayRows(of, month)
  const recording = recordingPool(pool)
  const queries = createTopQueries({ pool: recording.pool, summaries, days })
  const stands = { kind: 'manhole-cover', channel: 'level_mm', most: 'max', limit: 50 } as const
  const whole = { from: span.from, to: span.until }
  const district = { ...WHOLE_CITY, areas: ['140803'] }
  const sections: [string, readonly { text: string; values: readonly unknown[] }[]][] = [
    ['the latest reading of a cover', [readingPage(cover, { limit: 1, order: 'desc' })]],
    ['a day of a cover', [readingPage(cover, day)]],
    ['a day of a gauge', [readingPage(gauge, day)]],
    ['a month by the hour of a cover', [aMonth(cover)]],
    ['a month by the hour of a gauge', [aMonth(gauge)]],
    ['hours of a day of a gauge that is not summed up', [aggregateRows(gauge, hours, timescale)]],
  ]
  await queries.top({ ...stands, ...whole, scope: WHOLE_CITY })
  sections.push(['the first devices over a month', recording.take()])
  await queries.top({ ...stands, ...dayOf(7, span), scope: district })
  sections.push(['the first devices of a district over a day', recording.take()])
  const parts: string[] = []
  for (const [title, statements] of sections) {
    const plans = await plansOf(client, statements)
    parts.push(`== ${title}\n\n${plans.join('\n\n')}\n`)
  }
  return parts.join('\n')
}

const firstOf = (name: string, devices: number): Device => {
  const part = FLEET.find((each) => each.name === name)
  const [device] = part ? devicesOf(part, devices) : []
  if (!device) throw new Error(`there is no ${name}`)
  return device
}
