/**
 * What is often built: a broker that acknowledges at once, and beside it a subscriber that writes
 * each message with an INSERT of its own, as many at a time as it has connections. What the devices
 * were told is kept only once its INSERT is through.
 */
import { connectAsync } from 'mqtt'
import { Pool } from 'pg'

const CONNECTIONS = 8

const pool = new Pool({ connectionString: process.env['DATABASE_URL'], max: CONNECTIONS })
await pool.query(
  `CREATE TABLE naive_reading (device_id text, measured_at timestamptz, seq bigint, payload jsonb,
   PRIMARY KEY (device_id, measured_at, seq))`,
)

let inserted = 0
async function insert(topic: string, payload: string): Promise<void> {
  const [, , device] = topic.split('/')
  const reading = JSON.parse(payload) as { measuredAt: number; seq?: number }
  await pool.query(
    `INSERT INTO naive_reading VALUES ($1, to_timestamp($2 / 1000.0), $3, $4)
     ON CONFLICT DO NOTHING`,
    [device, reading.measuredAt, reading.seq ?? 0, payload],
  )
  inserted++
}

const port = Number(process.env['BROKER_PORT'])
const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { clientId: 'naive-subscriber' })
let writing = 0
const held: (() => void)[] = []
// The next packet is read when there is a free connection for it.
client.handleMessage = (packet, done) => {
  writing++
  if (writing < CONNECTIONS) done()
  else held.push(done)
  insert(packet.topic, packet.payload.toString())
    .catch((error: unknown) => console.error(String(error)))
    .finally(() => {
      writing--
      held.shift()?.()
    })
}
await client.subscribeAsync('wanmi/v1/+/telemetry', { qos: 0 })
console.log(JSON.stringify({ port }))
process.on('message', (request) => {
  if (request === 'inserted') process.send?.({ inserted })
})
