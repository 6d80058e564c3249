import { connectAsync } from 'mqtt'
import { telemetryTopic } from '#model/topic.ts'
import type { Sending } from './disorder.ts'

/** Where a gauge sends to, and who it is. */
export interface GaugeLine {
  readonly mqttUrl: string
  readonly id: string
  readonly secret: string
}

/** Sends as a gauge and resolves when every message was acknowledged. */
export async function sendLevels(line: GaugeLine, sending: Sending): Promise<void> {
  const { mqttUrl, id, secret } = line
  const client = await connectAsync(mqttUrl, { username: id, password: secret, clientId: id })
  const topic = telemetryTopic(id)
  await Promise.all(
    sending.map(async (levels) => {
      const items = levels.map(({ at, level_mm }) => ({ measuredAt: at, level_mm }))
      const payload = JSON.stringify(items.length === 1 ? items[0] : items)
      await client.publishAsync(topic, payload, { qos: 1 })
    }),
  )
  await client.endAsync()
}
