import { connectAsync } from 'mqtt'
import { telemetryTopic } from '#model/topic.ts'
import type { Sending } from './disorder.ts'

/** Where a gauge sends to, and who it is. */
export interface GaugeLine {
  readonly mqttUrl: string
  readonly id: string
  readonly secret: string
}

/** Messages under way at a time, as a device with a modest memory has them. */
const WINDOW = 500

/** Sends as a gauge and resolves when every message was acknowledged. */
export async function sendLevels(line: GaugeLine, sending: Sending): Promise<void> {
  const { mqttUrl, id, secret } = line
  const client = await connectAsync(mqttUrl, { username: id, password: secret, clientId: id })
  const topic = telemetryTopic(id)
  for (let at = 0; at < sending.length; at += WINDOW) {
    await Promise.all(
      sending.slice(at, at + WINDOW).map((levels) => {
        const items = levels.map((level) => ({ measuredAt: level.at, level_mm: level.level_mm }))
        const payload = JSON.stringify(items.length === 1 ? items[0] : items)
        return client.publishAsync(topic, payload, { qos: 1 })
      }),
    )
  }
  await client.endAsync()
}
