/**
 * What is often built: a broker that acknowledges at once, and a subscriber that writes each
 * message with an INSERT of its own. Its acknowledgements promise nothing.
 */
import { createServer } from 'node:net'
import { Aedes, type AedesPublishPacket } from 'aedes'
import { Pool } from 'pg'

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: 8 })
await pool.query(
  `CREATE TABLE naive_reading (device_id text, measured_at timestamptz, seq bigint, payload jsonb,
   PRIMARY KEY (device_id, measured_at, seq))`,
)

let inserted = 0
const broker = await Aedes.createBroker()
broker.subscribe(
  'wanmi/v1/+/telemetry',
  (packet: AedesPublishPacket, done: () => void) => {
    done()
    const [, , device] = packet.topic.split('/')
    const reading = JSON.parse(packet.payload.toString()) as { measuredAt: number; seq?: number }
    pool
      .query(
        `INSERT INTO naive_reading VALUES ($1, to_timestamp($2 / 1000.0), $3, $4)
         ON CONFLICT DO NOTHING`,
        [device, reading.measuredAt, reading.seq ?? 0, packet.payload.toString()],
      )
      .then(
        () => (inserted += 1),
        (error: unknown) => console.error(String(error)),
      )
  },
  () => undefined,
)

const server = createServer(broker.handle)
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(JSON.stringify({ port: address.port }))
})
process.on('message', (request) => {
  if (request === 'inserted') process.send?.({ inserted })
})
