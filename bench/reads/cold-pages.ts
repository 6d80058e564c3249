import type { Pool } from 'pg'
import type { Device } from '#model/device.ts'
import { readingPage } from '#store/queries/readings.ts'
import { inTransaction } from '#store/query.ts'
import { devicesOf, FLEET } from './city-fleet.ts'
import { fetchTogether } from './fetch-together.ts'
import { dayOf, nthDevice, type Span } from './questions.ts'

/** How long a day of a device takes, in ms: each way as often, in turn, of another device and day. */
export interface ColdPages {
  readonly name: string
  readonly rows: number
  /** As the service reads it: along the index, a page of the disk after another. */
  readonly along_p50_ms: number
  readonly along_p95_ms: number
  /** By a bitmap scan, which asks for pages of the disk ahead, and sorts. */
  readonly together_p50_ms: number
  readonly together_p95_ms: number
  /** Of the sums. */
  readonly ratio: number
}

interface City extends Span {
  readonly devices: number
  /** Of the devices so many have readings of the whole span. */
  readonly share: number
  readonly asks: number
}

const WAYS = ['along', 'together'] as const
type Times = Record<(typeof WAYS)[number], number[]>

/** Days of devices from the disk, and each at once again from memory. */
export async function coldPages(
  pool: Pool,
  forget: () => Promise<void>,
  city: City,
): Promise<readonly ColdPages[]> {
  const results: ColdPages[] = []
  for (const name of ['cover', 'truck', 'gauge']) {
    results.push(...(await coldDays(pool, forget, name, city)))
  }
  return results
}

async function coldDays(
  pool: Pool,
  forget: () => Promise<void>,
  name: string,
  city: City,
): Promise<readonly ColdPages[]> {
  const part = FLEET.find((each) => each.name === name)
  const byId = new Map((part ? devicesOf(part, city.devices) : []).map((each) => [each.id, each]))
  const read = async (way: (typeof WAYS)[number], n: number): Promise<number> => {
    const device = byId.get(nthDevice(name, n, city.devices, city.share)) as Device
    const range = { ...dayOf(n, city), limit: 1_000 }
    const { text, values } = readingPage(device, range)
    const statement = { text, values: [...values], rowMode: 'array' as const }
    if (way === 'along') return (await pool.query<unknown[]>(statement)).rows.length
    return await inTransaction(pool, async (client) => {
      await fetchTogether(client)
      return (await client.query<unknown[]>(statement)).rows.length
    })
  }
  const cold: Times = { along: [], together: [] }
  const warm: Times = { along: [], together: [] }
  let rows = 0
  for (let n = 0; n < 2 * city.asks; n += 1) {
    const way = n % 2 === 0 ? 'along' : 'together'
    await forget()
    for (const times of [cold, warm]) {
      const begun = performance.now()
      rows = Math.max(rows, await read(way, n))
      times[way].push(performance.now() - begun)
    }
  }
  return [
    { name: `a day of a ${name} from the disk`, rows, ...figures(cold) },
    { name: 'the same again', rows, ...figures(warm) },
  ]
}

function figures(times: Times): Omit<ColdPages, 'name' | 'rows'> {
  const at = (way: keyof Times, place: number): number => {
    const sorted = times[way].toSorted((a, b) => a - b)
    return Number((sorted[Math.ceil(sorted.length * place) - 1] ?? Number.NaN).toFixed(1))
  }
  const sum = (way: keyof Times): number => times[way].reduce((all, one) => all + one, 0)
  return {
    along_p50_ms: at('along', 0.5),
    along_p95_ms: at('along', 0.95),
    together_p50_ms: at('together', 0.5),
    together_p95_ms: at('together', 0.95),
    ratio: Number((sum('together') / sum('along')).toFixed(2)),
  }
}
