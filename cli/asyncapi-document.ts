import type { Channel } from '#model/channel.ts'
import { CommandReply } from '#model/command.ts'
import { DEVICE_ID_PATTERN } from '#model/device.ts'
import type { DeviceKind } from '#model/kind.ts'
import { KINDS } from '#model/kinds.ts'
import { TerminalReportMessage } from '#model/terminal-report.ts'
import { TASK_COMMAND, TerminalTaskArgs, TerminalTaskResult } from '#model/terminal-task.ts'
import { commandTopic, replyTopic, reportTopic, telemetryTopic } from '#model/topic.ts'
import { SETTINGS } from '#runtime/config.ts'

type Document = Readonly<Record<string, unknown>>

const ITEMS_MAX = SETTINGS.ingest.itemsMax.default
const DEVICE = '{device}'

const INFO = `Devices report readings and take commands over MQTT 3.1.1. A device signs in with its id
as user name and its secret as password, or with a client certificate whose common name is its id,
and may use its own topics only. QoS 1 and 2 are acknowledged after what they say is committed, or,
while the database is away for long, is on the disk to be committed later; QoS 0 is taken as best
effort. A message that is refused is acknowledged all the same and kept with its reasons in the
quarantine.`

/** The MQTT topics as an AsyncAPI 3 document, written from the declarations of the kinds. */
export const asyncApiDocument = (): Document => ({
  asyncapi: '3.0.0',
  info: {
    title: 'Wanmi devices',
    version: '1',
    description: INFO,
    license: { name: 'Apache-2.0' },
  },
  defaultContentType: 'application/json',
  servers: {
    plain: server('mqtt', SETTINGS.mqtt.port.default, 'Plain MQTT.'),
    tls: server('mqtts', 8_883, 'MQTT over TLS, where MQTT_TLS_PORT is set.'),
  },
  channels: {
    telemetry: channel(telemetryTopic(DEVICE), 'What a device has measured.', KINDS.map(nameOf)),
    report: channel(reportTopic(DEVICE), 'What an inspector has found wrong.', ['report']),
    command: channel(commandTopic(DEVICE), 'What a device is to do.', ['command', 'task']),
    reply: channel(replyTopic(DEVICE), 'What became of a command.', [
      'command-reply',
      'task-reply',
    ]),
  },
  operations: {
    takeReadings: operation('receive', 'telemetry', 'Takes readings and stores them.'),
    takeReports: operation('receive', 'report', 'Takes reports of inspectors into the flow.'),
    sendCommand: {
      ...operation('send', 'command', 'Sends a command that was queued over HTTP.'),
      reply: { channel: { $ref: '#/channels/reply' } },
    },
    takeReply: operation('receive', 'reply', 'Notes what a device answers to a command.'),
  },
  components: {
    messages: Object.fromEntries([
      ...KINDS.map((kind) => [kind.name, telemetryMessage(kind)]),
      ['report', reportMessage],
      ['command', commandMessage],
      ['task', taskMessage],
      ['command-reply', { title: 'Answer to a command', payload: plain(CommandReply) }],
      ['task-reply', taskReply],
    ]),
    schemas: Object.fromEntries(KINDS.map((kind) => [schemaName(kind), readingSchema(kind)])),
    securitySchemes: {
      secret: { type: 'userPassword', description: 'User name: the id of the device.' },
      certificate: { type: 'X509', description: 'Common name: the id of the device.' },
    },
  },
})

const nameOf = (kind: DeviceKind): string => kind.name
const schemaName = (kind: DeviceKind): string => `${kind.name}-reading`

/** A TypeBox schema as the plain JSON it is. */
const plain = (schema: object): unknown => JSON.parse(JSON.stringify(schema)) as unknown

const server = (protocol: string, port: number, description: string): Document => ({
  host: `localhost:${port}`,
  protocol,
  description,
  security: [
    { $ref: '#/components/securitySchemes/secret' },
    ...(protocol === 'mqtts' ? [{ $ref: '#/components/securitySchemes/certificate' }] : []),
  ],
})

const channel = (address: string, description: string, messages: readonly string[]): Document => ({
  address,
  description,
  parameters: {
    device: { description: `The id of the device, which matches ${DEVICE_ID_PATTERN}` },
  },
  messages: Object.fromEntries(
    messages.map((name) => [name, { $ref: `#/components/messages/${name}` }]),
  ),
})

const operation = (action: 'send' | 'receive', channelName: string, summary: string): Document => ({
  action,
  channel: { $ref: `#/channels/${channelName}` },
  summary,
  bindings: { mqtt: { qos: 1, retain: false, bindingVersion: '0.2.0' } },
})

const commandMessage = {
  title: 'Command',
  payload: {
    type: 'object',
    required: ['id', 'name', 'args', 'expiresAt'],
    properties: {
      id: { type: 'string', format: 'uuid' },
      name: { type: 'string' },
      args: { type: 'object' },
      expiresAt: { type: 'string', format: 'date-time' },
    },
  },
} as const

const reportMessage: Document = {
  title: 'Report of an inspector',
  summary: `Only from a patrol terminal. It says what is wrong by a class, a text or a photo, and where
by a place, an address or a part. A repeat with the same id changes nothing.`,
  payload: plain(TerminalReportMessage),
}

const taskMessage: Document = {
  title: 'Task for an inspector',
  summary: 'The command of that name, to a patrol terminal.',
  payload: {
    ...commandMessage.payload,
    properties: {
      ...commandMessage.payload.properties,
      name: { const: TASK_COMMAND },
      args: plain(TerminalTaskArgs),
    },
  },
}

const taskReply: Document = {
  title: 'Answer to a task',
  summary: 'The state is done when the inspector was there, and failed when that cannot be.',
  payload: {
    type: 'object',
    required: CommandReply.required,
    properties: {
      ...(plain(CommandReply.properties) as object),
      result: plain(TerminalTaskResult),
    },
  },
}

function telemetryMessage(kind: DeviceKind): Document {
  const reading = { $ref: `#/components/schemas/${schemaName(kind)}` }
  return {
    title: `${kind.title.en} · ${kind.title.zh}`,
    summary: `One reading, or an array of up to ${ITEMS_MAX} that were kept while out of reach.`,
    payload: {
      oneOf: [reading, { type: 'array', minItems: 1, maxItems: ITEMS_MAX, items: reading }],
    },
  }
}

const readingSchema = (kind: DeviceKind): Document => ({
  type: 'object',
  description: `Every channel may be left out; a reading without any is a sign of life. Unknown
channels are kept as they come.`,
  properties: {
    measuredAt: {
      description: 'When it was measured. Absent: when it arrives, by the clock of the service.',
      oneOf: [
        { type: 'string', format: 'date-time', description: 'RFC 3339 with a zone.' },
        { type: 'integer', description: 'Epoch milliseconds.' },
      ],
    },
    seq: {
      type: 'integer',
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Tells readings of one instant apart.',
    },
    ...Object.fromEntries(kind.channels.map((one) => [one.name, channelSchema(one)])),
  },
  additionalProperties: true,
})

const channelSchema = ({ type, unit, min, max, title }: Channel): Document => ({
  type,
  ...(min === undefined ? {} : { minimum: min }),
  ...(max === undefined ? {} : { maximum: max }),
  description: `${title.en} · ${title.zh}${unit === '1' ? '' : `, ${unit}`}`,
  ...(unit === '1' ? {} : { 'x-unit': unit }),
})
