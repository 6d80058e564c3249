import { Type } from 'typebox'
import type { App } from '#api/app.ts'
import { answers, nullable } from '#api/schemas/shared.ts'
import type { Bilingual } from '#model/text.ts'
import { type EpochMs, formatInstant } from '#model/time.ts'
import type { Metrics } from '#runtime/metrics.ts'
import type { Readiness } from './health-routes.ts'

const LEVELS = ['ok', 'warning', 'fault'] as const

interface Finding {
  /** What was looked at, such as `DATA_DIR`. */
  readonly about: string
  readonly level: (typeof LEVELS)[number]
  readonly text: Bilingual
}

/** What this route needs of whoever looks after the machine. */
export interface SystemCare {
  readonly startedAt: EpochMs
  /** Looks at database, disks, clock, certificates and limits; a look of some seconds ago does. */
  examine(): Promise<{ readonly at: EpochMs; readonly findings: readonly Finding[] }>
}

/** What is worth a look on a page, of the much that `/metrics` has. */
const FIGURES = [
  'wanmi_mqtt_connections',
  'wanmi_messages_received_total',
  'wanmi_readings_stored_total',
  'wanmi_messages_quarantined_total',
  'wanmi_pending_messages',
  'wanmi_pending_bytes',
  'wanmi_commit_failures_total',
  'wanmi_spool_records',
  'wanmi_spool_bytes',
  'wanmi_spool_oldest_seconds',
  'wanmi_rules_in_force',
  'wanmi_devices_remembered',
  'wanmi_episodes_open',
  'wanmi_live_viewers',
  'wanmi_webhook_notices',
  'wanmi_webhook_oldest_pending_seconds',
] as const

const Said = Type.Object({ en: Type.String(), zh: Type.String() })

const SystemView = Type.Object(
  {
    version: Type.String(),
    node: Type.String({ description: 'The version of Node.' }),
    startedAt: Type.String({ format: 'date-time' }),
    ready: Type.Boolean({ description: 'Messages are being taken.' }),
    why: nullable(Said),
    rules: nullable(
      Type.Enum(['warm', 'warming'], {
        description: 'warming: devices are still being recalled, and nobody is found silent yet',
      }),
    ),
    warnings: Type.Array(Said),
    figures: Type.Array(
      Type.Object({
        name: Type.Enum([...FIGURES], { description: 'As at `/metrics`.' }),
        label: nullable(Type.String({ description: 'Which of several of that name.' })),
        value: Type.Number(),
      }),
    ),
    commit_ms: nullable(
      Type.Number({ description: 'How long a commit took since the start, on average.' }),
    ),
    examinedAt: Type.String({ format: 'date-time' }),
    findings: Type.Array(
      Type.Object({
        about: Type.String(),
        level: Type.Enum([...LEVELS]),
        text: Said,
      }),
      { description: 'As `wanmi doctor` finds them, the worst first.' },
    ),
  },
  { $id: 'System', description: 'How the service itself is.' },
)

interface SystemParts {
  readonly readiness: () => Readiness
  readonly metrics: Metrics
  readonly version: string
}

export function systemRoutes(
  app: App,
  care: SystemCare,
  { readiness, metrics, version }: SystemParts,
): void {
  app.addSchema(SystemView)

  app.get('/api/v1/system', {
    schema: {
      tags: ['health'],
      operationId: 'getSystem',
      summary: 'Show how the service itself is: readiness, figures, and what the doctor finds',
      response: answers(200, SystemView),
    },
    handler: async () => {
      const state = readiness()
      const [{ at, findings }, figures, commit_ms] = await Promise.all([
        care.examine(),
        figuresOf(metrics),
        commitMean(metrics),
      ])
      return {
        version,
        node: process.version,
        startedAt: formatInstant(care.startedAt),
        ready: state.ready,
        why: state.ready ? null : state.why,
        rules: state.ready ? state.rules : null,
        warnings: state.ready ? [...(state.warnings ?? [])] : [],
        figures,
        commit_ms,
        examinedAt: formatInstant(at),
        findings: findings.toSorted((one, other) => rankOf(other) - rankOf(one)),
      }
    },
  })
}

const rankOf = ({ level }: Finding): number => LEVELS.indexOf(level)

async function figuresOf({ registry }: Metrics) {
  const all = await Promise.all(
    FIGURES.map(async (name) => {
      const values = (await registry.getSingleMetric(name)?.get())?.values ?? []
      return values.map(({ value, labels }) => ({
        name,
        label: Object.values(labels).map(String).join(' ') || null,
        value,
      }))
    }),
  )
  return all.flat()
}

/** Null before the first commit. */
async function commitMean({ registry }: Metrics): Promise<number | null> {
  const found = await registry.getSingleMetric('wanmi_commit_seconds')?.get()
  const part = (ending: string): number =>
    found?.values.find((each) => 'metricName' in each && String(each.metricName).endsWith(ending))
      ?.value ?? 0
  const count = part('_count')
  return count === 0 ? null : (1_000 * part('_sum')) / count
}
