import { milliseconds, seconds } from '#model/time.ts'
import { ConnectGate } from '#simulator/transport/connect-gate.ts'
import {
  type ClientEvents,
  type ClientOptions,
  MqttClient,
} from '#simulator/transport/mqtt-client.ts'
import type { Message } from '#simulator/transport/outbox.ts'

export const NOW = milliseconds(0)
export const message = (text: string, qos: 0 | 1 = 1): Message => ({
  topic: 't',
  payload: text,
  qos,
})
export const textOf = ({ payload }: { payload: string | Buffer }): string => payload.toString()

export function clientOf(
  broker: { readonly port: number },
  events: ClientEvents<Message> = {},
  options: Partial<ClientOptions> = {},
  topics: readonly string[] = [],
): MqttClient {
  return new MqttClient(
    { id: 'device-1', secret: 'geheim' },
    {
      endpoint: { host: '127.0.0.1', port: broker.port },
      gate: new ConnectGate(10),
      window: 10,
      clean: false,
      keepalive: seconds(60),
      connectTimeout: seconds(5),
      random: () => 0,
      ...options,
    },
    events,
    topics,
  )
}
