import { integer } from '#runtime/setting.ts'

/** How far the broker lets one device, one address or one stranger go before it holds it back. */
export const MQTT_GUARD_SETTINGS = {
  vainPerSecond: integer(
    'MQTT_VAIN_CONNECTIONS_PER_S',
    200,
    'New connections a second from one address that come to nothing. One whose device is let in does not count.',
    { min: 1, max: 1_000_000 },
  ),
  vainBurst: integer(
    'MQTT_VAIN_CONNECTIONS_BURST',
    20_000,
    'So many more of them at once, such as after an outage.',
    {
      min: 1,
      max: 1_000_000,
      consequence:
        'Too low shuts out devices behind one carrier NAT that come back together and are still to be checked.',
    },
  ),
  packetTimeoutMs: integer(
    'MQTT_PACKET_TIMEOUT_MS',
    30_000,
    'How long a packet that was begun may take to come whole, beside the time for its bytes.',
    { unit: 'ms', min: 100 },
  ),
  packetBytesPerSecond: integer(
    'MQTT_PACKET_MIN_BYTES_PER_S',
    100,
    'A packet has one second more for each so many of its bytes.',
    { unit: 'bytes/s', min: 1, consequence: 'Too high cuts off devices on the slowest radio.' },
  ),
  filtersMax: integer('MQTT_FILTERS_MAX', 64, 'Most filters in one SUBSCRIBE.', {
    min: 1,
    max: 10_000,
    consequence: 'One with more closes the connection. A device has at most 16 subscriptions.',
  }),
  filterBytesMax: integer('MQTT_FILTER_MAX_BYTES', 1_024, 'Longest topic filter.', {
    unit: 'bytes',
    min: 64,
    max: 65_535,
    consequence: 'A longer one closes the connection.',
  }),
  filterLevelsMax: integer('MQTT_FILTER_LEVELS_MAX', 128, 'Most levels of a topic filter.', {
    min: 4,
    max: 65_535,
    consequence: 'One with more closes the connection.',
  }),
  guessesPerAddress: integer(
    'MQTT_GUESSES_PER_ADDRESS',
    1_000,
    'So many wrong secrets at once from one address; then one more is checked each second.',
    {
      min: 1,
      max: 1_000_000,
      consequence:
        'Too low keeps out new devices behind one carrier NAT with many that are set up wrongly.',
    },
  ),
  guessesPerDevice: integer(
    'MQTT_GUESSES_PER_DEVICE',
    20,
    'So many wrong secrets at once for one device from all addresses; then it is checked once a second.',
    { min: 1, max: 10_000 },
  ),
  guessesPerPair: integer(
    'MQTT_GUESSES_PER_DEVICE_AND_ADDRESS',
    5,
    'So many wrong secrets at once for one device from one address; then one more a minute.',
    { min: 1, max: 1_000 },
  ),
  rateFactor: integer(
    'MQTT_RATE_FACTOR',
    100,
    'How many times as often as its reporting interval says a device may send for good; 0 bounds nobody.',
    { min: 0, max: 1_000_000, consequence: 'Above it a device is read as slowly as that.' },
  ),
  rateMinPerSecond: integer(
    'MQTT_RATE_MIN_PER_S',
    100,
    'What every device may send for good, however seldom it should: messages a second, each of 256 bytes begun.',
    { min: 1, max: 1_000_000 },
  ),
  rateBacklogHours: integer(
    'MQTT_RATE_BACKLOG_HOURS',
    72,
    'What a device has not sent for so long it may send at once, at full speed.',
    { unit: 'h', min: 1, max: 8_760 },
  ),
  rateBurstMessages: integer(
    'MQTT_RATE_BURST_MESSAGES',
    20_000,
    'So many messages every device may send at once.',
    { min: 100, max: 10_000_000 },
  ),
  takeoversMax: integer(
    'MQTT_TAKEOVERS_MAX',
    5,
    'So often in MQTT_TAKEOVER_WINDOW_S a connection of a device may end the one before; then each waits.',
    { min: 1, max: 1_000 },
  ),
  takeoverWindowS: integer('MQTT_TAKEOVER_WINDOW_S', 60, 'See MQTT_TAKEOVERS_MAX.', {
    unit: 's',
    min: 1,
    max: 86_400,
  }),
  takeoverDelayMs: integer(
    'MQTT_TAKEOVER_DELAY_MS',
    1_000,
    'How long the first waits for its CONNACK; each further one twice as long.',
    { unit: 'ms', min: 1, max: 60_000 },
  ),
  takeoverDelayMaxMs: integer('MQTT_TAKEOVER_DELAY_MAX_MS', 30_000, 'The longest such wait.', {
    unit: 'ms',
    min: 1,
    max: 600_000,
    consequence: 'Devices give up after 10 to 30 s without a CONNACK, and try again.',
  }),
} as const
