import type { Client } from 'pg'
import type { Device } from '#model/device.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import { CopyBuffer } from '#store/commit/copy-buffer.ts'
import { Pipeline } from '#store/commit/pipeline.ts'
import { type ReadingWriter, readingWriter } from '#store/commit/reading-writer.ts'
import { makePartitions, partitionOf } from '#store/partitions.ts'
import { CITY, devicesOf, FLEET, type FleetPart, STEP_MIN } from './city-fleet.ts'

const STEP_MS = STEP_MIN * 60_000
const ROWS_AT_ONCE = 20_000
const SAY_EVERY = 5_000_000

export interface Filling {
  readonly devices: number
  /** About how many readings in all; devices beyond that have reported once, at the end. */
  readonly readings: number
  readonly from: EpochMs
  readonly until: EpochMs
  /** Without TimescaleDB: partitions have to be made. */
  readonly native: boolean
}

/** How many readings there are when every device has reported throughout. */
export const fullCount = ({ devices, from, until }: Omit<Filling, 'readings' | 'native'>): number =>
  FLEET.reduce(
    (sum, { share, every_min }) =>
      sum + Math.round(devices * share) * ((until - from) / (every_min * 60_000)),
    0,
  )

/** Registers the devices, placed all over the city in six districts. */
export async function fillDevices(client: Client, devices: number): Promise<void> {
  const { west, south, east, north } = CITY
  for (const { kind, name, share, every_min } of FLEET) {
    await client.query(
      `INSERT INTO device (id, kind, lon_deg, lat_deg, grid_code, device_group,
         reporting_interval_ms, secret_hash)
       SELECT $5 || '-' || lpad(n::text, 6, '0'), $1, CASE WHEN $4 THEN NULL ELSE lon END,
         CASE WHEN $4 THEN NULL ELSE lat END,
         CASE WHEN $4 THEN NULL ELSE '1408' || lpad((1 + floor(6 * x))::text, 2, '0')
           || lpad((1 + floor(8 * y))::text, 3, '0') || lpad((n % 10)::text, 3, '0')
           || lpad((n % 30)::text, 3, '0') END,
         'network-' || n % 40, $3::int * 60000, 'none'
       FROM generate_series(0, $2::int - 1) AS n,
         LATERAL (SELECT n * 0.6180339887 - floor(n * 0.6180339887) AS x,
           n * 0.7548776662 - floor(n * 0.7548776662) AS y) AS unit,
         LATERAL (SELECT ${west} + ${east - west} * x AS lon, ${south} + ${north - south} * y AS lat) AS place`,
      [kind.name, Math.round(devices * share), every_min, kind.mobile, name],
    )
  }
  await client.query('ANALYZE device')
}

/** Stores what they measured, by COPY in the format of the committer, in the order of time. */
export async function fillReadings(
  client: Client,
  filling: Filling,
  say: (what: string) => void,
): Promise<number> {
  const { from, until, native } = filling
  const share = Math.min(1, filling.readings / fullCount(filling))
  if (native) {
    const [first, last] = [partitionOf(from), partitionOf(until)]
    const wanted = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    for (const { table } of FLEET) await makePartitions(client, table, wanted)
  }
  const copier = new Copier(client)
  const fillers = FLEET.map((part) => new Filler(copier, part, filling.devices, share))
  let told = SAY_EVERY
  const rows = (): number => fillers.reduce((sum, filler) => sum + filler.rows, 0)
  for (let at = from; at < until; at = epochMs(at + STEP_MS)) {
    for (const filler of fillers) await filler.step(at, until)
    if (rows() < told) continue
    say(`${(rows() / 1e6).toFixed(0)} million readings`)
    told += SAY_EVERY
  }
  for (const filler of fillers) await filler.end()
  await copier.flushed
  // What autovacuum does beside the writing.
  for (const { table } of FLEET) await client.query(`VACUUM ANALYZE ${table}`)
  return rows()
}

/** One COPY at a time. While the server takes it the next is prepared. */
class Copier {
  flushed: Promise<unknown> = Promise.resolve()
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  /** Resolves when the copies before it are through, so that their buffers are free again. */
  async send(statement: string, data: Uint8Array): Promise<void> {
    await this.flushed
    this.flushed = this.#client.query(new Pipeline([statement], [data])).done
  }
}

/** One kind, with two buffers: one is written while the server takes the other. */
class Filler {
  rows = 0
  readonly #copier: Copier
  readonly #part: FleetPart
  readonly #devices: readonly Device[]
  /** So many of them have reported all the time. */
  readonly #active: number
  readonly #writer: ReadingWriter
  readonly #copy: string
  #buffers = [new CopyBuffer(), new CopyBuffer()] as const
  readonly #random: () => number

  constructor(copier: Copier, part: FleetPart, inAll: number, share: number) {
    this.#copier = copier
    this.#part = part
    this.#devices = devicesOf(part, inAll)
    this.#active = Math.ceil(this.#devices.length * share)
    this.#writer = readingWriter(part.kind)
    this.#copy = `COPY ${this.#writer.table} (${this.#writer.columns.join(', ')}) FROM STDIN (FORMAT binary)`
    this.#random = randomOf(part.every_min + this.#devices.length)
    for (const buffer of this.#buffers) buffer.reset()
  }

  async step(at: number, until: EpochMs): Promise<void> {
    const turns = this.#part.every_min / STEP_MIN
    const isLast = at + this.#part.every_min * 60_000 >= until
    const count = isLast ? this.#devices.length : this.#active
    for (let n = Math.floor(at / STEP_MS) % turns; n < count; n += turns) {
      this.#write(n, at + ((n * 7_919) % STEP_MS))
      if (this.#buffers[0].rows >= ROWS_AT_ONCE) await this.#send()
    }
  }

  async end(): Promise<void> {
    if (this.#buffers[0].rows > 0) await this.#send()
  }

  #write(n: number, at: number): void {
    this.#writer.write(this.#buffers[0], {
      device: this.#devices[n] as Device,
      measuredAt: epochMs(at),
      seq: 0,
      receivedAt: epochMs(at + 200 + Math.floor(2_000 * this.#random())),
      serverClock: false,
      values: this.#part.values(n, at, this.#random),
      extra: null,
    })
  }

  async #send(): Promise<void> {
    const [full, empty] = this.#buffers
    this.rows += full.rows
    await this.#copier.send(this.#copy, full.messages())
    empty.reset()
    this.#buffers = [empty, full]
  }
}

/** Numbers of [0, 1) that are the same in every run: xorshift of 32 bits. */
function randomOf(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 4_294_967_296
  }
}
