import { flag, integer, list } from '#runtime/setting.ts'

const MIB = 1_048_576

/** MQTT between programs, beside that of devices. */
export const OPEN_MQTT_SETTINGS = {
  topics: list(
    'MQTT_OPEN_TOPICS',
    'Topic filters, with commas, within which accounts of other systems may publish and subscribe.',
    {
      consequence:
        'Unset, only devices come in. What goes over open topics is kept in memory and stored nowhere.',
    },
  ),
  isAnonymous: flag(
    'MQTT_OPEN_ANONYMOUS',
    false,
    'Whether anybody may use the open topics, without a user name.',
    { consequence: 'Whoever reaches the port can read and write all that goes over them.' },
  ),
  connectionsMax: integer('MQTT_OPEN_CONNECTIONS_MAX', 1_000, 'Most clients on open topics.', {
    min: 1,
    consequence: 'Further ones are refused with code 3.',
  }),
  ratePerSecond: integer(
    'MQTT_OPEN_RATE_PER_S',
    2_000,
    'What every client may send for good: messages a second, each of 256 bytes begun.',
    { min: 1, max: 1_000_000, consequence: 'Above it a client is read as slowly as that.' },
  ),
  memoryBytes: integer(
    'MQTT_OPEN_MEMORY_BYTES',
    64 * MIB,
    'Most memory for retained messages, queues and subscriptions of open topics together.',
    { unit: 'bytes', min: MIB, consequence: 'What has no room is dropped and counted.' },
  ),
  retainedMessages: integer('MQTT_OPEN_RETAINED_MAX', 10_000, 'Most retained messages.', {
    min: 0,
    consequence: 'A further one is passed on and not retained.',
  }),
  keptSessions: integer(
    'MQTT_OPEN_SESSIONS_MAX',
    1_000,
    'Most sessions that are kept while nobody is connected.',
    { min: 0, consequence: 'A client that asks for one more is refused with code 3.' },
  ),
  keepSessionHours: integer('MQTT_OPEN_SESSION_HOURS', 24, 'How long they are kept.', {
    unit: 'hours',
    min: 1,
    max: 8_760,
  }),
  queueMessages: integer(
    'MQTT_OPEN_QUEUE_MAX',
    1_000,
    'Most messages of QoS 1 and 2 that wait for one client.',
    { min: 1, consequence: 'Further ones are dropped and counted.' },
  ),
} as const
