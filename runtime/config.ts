import { Rejected } from '#model/error.ts'
import {
  integer,
  optionalInteger,
  optionalPath,
  optionalText,
  parseSetting,
  path,
  type Setting,
  text,
} from './setting.ts'
import { ATTACHMENT_SETTINGS } from './settings/attachment-settings.ts'
import { CONSOLE_SETTINGS } from './settings/console.ts'
import { HANDOVER_SETTINGS } from './settings/handover.ts'
import { HTTP_SETTINGS } from './settings/http.ts'
import { MQTT_GUARD_SETTINGS } from './settings/mqtt-guards.ts'
import { OPEN_MQTT_SETTINGS } from './settings/open-mqtt.ts'
import { OPEN311_SETTINGS } from './settings/open311.ts'
import { OIDC_SETTINGS, PEOPLE_SETTINGS } from './settings/people.ts'
import { RULES_SETTINGS } from './settings/rules.ts'
import { SPOOL_SETTINGS } from './settings/spool.ts'
import { TRACE_SETTINGS } from './settings/trace.ts'
import { WEBHOOK_SETTINGS } from './settings/webhook.ts'

const port = { min: 0, max: 65_535 } as const
const KIB = 1_024
const MIB = 1_024 * KIB

/**
 * Every setting of Wanmi, by the part that takes it. `docs/configuration.md` is generated from
 * this table.
 */
export const SETTINGS = {
  http: HTTP_SETTINGS,
  mqtt: {
    host: text('MQTT_HOST', '0.0.0.0', 'Address the MQTT listeners listen on.'),
    port: integer('MQTT_PORT', 1883, 'Port of plain MQTT. 0 takes a free one.', port),
    tlsPort: optionalInteger('MQTT_TLS_PORT', 'Port of MQTT over TLS; unset, there is none.', port),
    wsPort: optionalInteger(
      'MQTT_WS_PORT',
      'Port of MQTT over WebSocket; unset, there is none.',
      port,
    ),
    tlsCertFile: optionalPath('MQTT_TLS_CERT_FILE', 'Certificate chain of the TLS listener, PEM.'),
    tlsKeyFile: optionalPath('MQTT_TLS_KEY_FILE', 'Private key of the TLS listener, PEM.'),
    tlsClientCaFile: optionalPath(
      'MQTT_TLS_CLIENT_CA_FILE',
      'Authority of client certificates, PEM. A client whose certificate it signed is the device of its CN and needs no secret.',
    ),
    tlsCrlFile: optionalPath(
      'MQTT_TLS_CRL_FILE',
      'Client certificates that were taken back: lists of MQTT_TLS_CLIENT_CA_FILE (X509 CRL), PEM.',
      {
        consequence:
          'Whoever is on it is refused, and cut off when it is renewed. A list that is over still counts, and readiness says so.',
      },
    ),
    connectLimitBytes: integer(
      'MQTT_CONNECT_LIMIT_BYTES',
      KIB,
      'Largest packet before a client is let in.',
      {
        unit: 'bytes',
        min: 128,
      },
    ),
    packetLimitBytes: integer(
      'MQTT_PACKET_LIMIT_BYTES',
      64 * KIB,
      'Largest packet of a client that was let in.',
      {
        unit: 'bytes',
        min: KIB,
        consequence: 'A larger packet closes the connection before it is buffered.',
      },
    ),
    connectTimeoutMs: integer(
      'MQTT_CONNECT_TIMEOUT_MS',
      30_000,
      'How long a socket may take to send CONNECT.',
      {
        unit: 'ms',
        min: 100,
      },
    ),
    keepaliveMaxS: integer(
      'MQTT_KEEPALIVE_MAX_S',
      3_600,
      'Longest keepalive; a longer one, or none, is treated as this.',
      {
        unit: 's',
        min: 1,
        max: 65_535,
      },
    ),
    connectionsMax: integer('MQTT_CONNECTIONS_MAX', 100_000, 'Most connections in all.', {
      min: 1,
    }),
    connectionsPerAddressMax: integer(
      'MQTT_CONNECTIONS_PER_ADDRESS_MAX',
      50_000,
      'Most connections from one address.',
      { min: 1, consequence: 'Too low shuts out devices behind one gateway or carrier NAT.' },
    ),
    ...MQTT_GUARD_SETTINGS,
  },
  openMqtt: OPEN_MQTT_SETTINGS,
  ingest: {
    batchMaxMessages: integer('INGEST_BATCH_MAX_MESSAGES', 4_000, 'Most messages in one commit.', {
      min: 1,
      max: 100_000,
    }),
    clientWindowMessages: integer(
      'INGEST_CLIENT_WINDOW_MESSAGES',
      1_000,
      'Most unacknowledged messages of one client; above it the client is not read.',
      { min: 1 },
    ),
    pendingMaxBytes: integer(
      'INGEST_PENDING_MAX_BYTES',
      256 * MIB,
      'Most bytes of unacknowledged messages in all; above it no client is read.',
      { unit: 'bytes', min: MIB },
    ),
    itemsMax: integer('INGEST_ITEMS_MAX', 1_000, 'Most readings in one array message.', { min: 1 }),
    maxAgeDays: integer('INGEST_MAX_AGE_DAYS', 30, 'Older readings are quarantined.', {
      unit: 'days',
      min: 1,
      max: 36_500,
      consequence: 'Recordings of other years need more.',
    }),
    maxAheadS: integer(
      'INGEST_MAX_AHEAD_S',
      300,
      'Readings further in the future are quarantined.',
      {
        unit: 's',
        min: 0,
      },
    ),
    extraMaxBytes: integer(
      'INGEST_EXTRA_MAX_BYTES',
      8 * KIB,
      'Most bytes of unknown channels in one reading.',
      {
        unit: 'bytes',
        min: 0,
      },
    ),
  },
  store: {
    databaseUrl: optionalText('DATABASE_URL', 'PostgreSQL to use; unset, Wanmi runs its own.', {
      secret: true,
    }),
    dataDir: path('DATA_DIR', '.data', 'Where the embedded database and the first token are kept.'),
    databasePort: integer(
      'EMBEDDED_DATABASE_PORT',
      0,
      'Port of the embedded database on 127.0.0.1; 0 takes a free one.',
      port,
    ),
    poolSize: integer(
      'DATABASE_POOL_SIZE',
      8,
      'Connections for queries, beside the three that readings need.',
      {
        min: 1,
        max: 200,
      },
    ),
    statementTimeoutMs: integer(
      'DATABASE_STATEMENT_TIMEOUT_MS',
      30_000,
      'Longest a query may run.',
      {
        unit: 'ms',
        min: 100,
      },
    ),
    retentionDays: integer(
      'RETENTION_DAYS',
      0,
      'Readings older than this are dropped; 0 keeps all.',
      {
        unit: 'days',
        min: 0,
      },
    ),
    minFreeMb: integer(
      'MIN_FREE_DISK_MB',
      256,
      'Least free space on the disk of DATA_DIR at the start.',
      {
        unit: 'MiB',
        min: 0,
      },
    ),
  },
  city: {
    district: text(
      'CITY_DISTRICT_CODE',
      '140802',
      'District (GB/T 2260) of a case whose place gives none.',
    ),
    timeZone: text(
      'CITY_TIME_ZONE',
      'Asia/Shanghai',
      'Zone of the city: the date in a case number is its.',
    ),
    rulesDir: optionalPath(
      'RULES_DIR',
      'Folder of rule files that seed the rule book; unset, the rules that ship with Wanmi.',
    ),
    schedulesFile: optionalPath(
      'SCHEDULES_FILE',
      'File of the schedules that rules name; unset, those that ship with Wanmi.',
    ),
    silenceGraceS: integer(
      'SILENCE_GRACE_S',
      300,
      'After a time in which Wanmi did not listen, devices have so long to come back before they ' +
        'count as silent.',
      { unit: 's', min: 0, max: 86_400 },
    ),
  },
  rules: RULES_SETTINGS,
  spool: SPOOL_SETTINGS,
  handover: HANDOVER_SETTINGS,
  webhook: WEBHOOK_SETTINGS,
  people: PEOPLE_SETTINGS,
  oidc: OIDC_SETTINGS,
  attachments: ATTACHMENT_SETTINGS,
  open311: OPEN311_SETTINGS,
  console: CONSOLE_SETTINGS,
  trace: TRACE_SETTINGS,
  log: {
    level: text('LOG_LEVEL', 'info', 'trace, debug, info, warn, error or fatal.'),
  },
} as const

type Values<Group> = {
  readonly [Key in keyof Group]: Group[Key] extends Setting<infer V> ? V : never
}

/** The configuration in slices; each part of Wanmi is handed its own and no other. */
export type Config = { readonly [Key in keyof typeof SETTINGS]: Values<(typeof SETTINGS)[Key]> }

/** Reads every setting; all faults are reported together, by name and never by value. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []
  const slices: Record<string, Record<string, unknown>> = {}
  for (const [group, settings] of Object.entries(SETTINGS)) {
    const slice: Record<string, unknown> = {}
    for (const [key, setting] of Object.entries<Setting<unknown>>(settings)) {
      const parsed = parseSetting(setting, env[setting.name])
      if ('fault' in parsed) faults.push(parsed.fault)
      else slice[key] = parsed.value
    }
    slices[group] = slice
  }
  if (faults.length > 0) {
    throw new Rejected('bad-configuration', faults.join('; '), { detail: { faults } })
  }
  return slices as Config
}
