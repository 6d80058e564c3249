import type { Pool } from 'pg'
import { Rejected } from '#model/error.ts'
import { configurationFaults } from '#model/evaluation/configuration-faults.ts'
import { DEFAULT_EVALUATION } from '#model/evaluation/default-evaluation.ts'
import type {
  ConfigurationVersion,
  NewConfiguration,
  StoredConfiguration,
} from '#model/evaluation/evaluation.ts'
import type { EvaluationConfiguration } from '#model/evaluation/evaluation-configuration.ts'
import type { Principal } from '#model/principal.ts'
import { type EpochMs, epochMs } from '#model/time.ts'
import type { Clock } from '#runtime/clock.ts'
import { decodeCursor, type Page, type PageRequest, rowsFor, toPage } from '#store/queries/page.ts'
import { query } from '#store/query.ts'
import { formatTimestamp } from '#store/timestamp.ts'

interface VersionRow {
  readonly version: number
  readonly note: string | null
  readonly created_at: EpochMs
  readonly created_by: string
}

interface ConfigurationRow extends VersionRow {
  readonly document: EvaluationConfiguration
}

const SHIPPED: StoredConfiguration = {
  version: 0,
  note: null,
  createdAt: null,
  createdBy: null,
  configuration: DEFAULT_EVALUATION,
}

const toVersion = (row: VersionRow): ConfigurationVersion => ({
  version: row.version,
  note: row.note,
  createdAt: row.created_at,
  createdBy: row.created_by,
})

/** What a later version of Wanmi lets a city decide for the first time has its default. */
const complete = (document: EvaluationConfiguration): EvaluationConfiguration => ({
  ...DEFAULT_EVALUATION,
  ...document,
  subjects: { ...DEFAULT_EVALUATION.subjects, ...document.subjects },
})

/** How the city evaluates: each version as it was set, the last one in force. */
export function createConfigurationBook({
  pool,
  clock,
}: {
  readonly pool: Pool
  readonly clock: Clock
}) {
  return {
    /** A version, or the one in force. @throws Rejected('not-found') */
    async read(version?: number): Promise<StoredConfiguration> {
      if (version === 0) return SHIPPED
      const [row] = await query<ConfigurationRow>(
        pool,
        `select * from evaluation_configuration
         ${version === undefined ? '' : 'where version = $1'} order by version desc limit 1`,
        version === undefined ? [] : [version],
      )
      if (row) return { ...toVersion(row), configuration: complete(row.document) }
      if (version === undefined) return SHIPPED
      throw new Rejected('not-found', `there is no version ${version} of how is evaluated`)
    },

    /** The last one first. The one Wanmi ships is in no list. */
    async versions({ limit, after }: PageRequest): Promise<Page<ConfigurationVersion>> {
      const cursor = decodeCursor(after, ['number'])
      const rows = await query<VersionRow>(
        pool,
        `select version, note, created_at, created_by from evaluation_configuration
         where version < $1 order by version desc limit ${rowsFor(limit)}`,
        [cursor?.[0] ?? 2 ** 31 - 1],
      )
      return toPage(rows, limit, toVersion, ({ version }) => [version])
    },

    /**
     * The next version, in force from now on, also for evaluations of periods before.
     *
     * @throws Rejected `invalid-input` with every fault, `conflict` when another was set meanwhile
     */
    async put(
      { basedOn, note, configuration }: NewConfiguration,
      by: Pick<Principal, 'accountId' | 'name'>,
    ): Promise<StoredConfiguration> {
      const faults = configurationFaults(configuration)
      if (faults.length > 0) {
        const sentence = faults.map(({ field, detail }) => `${field}: ${detail}`).join('; ')
        const errors = faults.map(({ field, detail }) => ({
          field: `configuration.${field}`,
          detail,
        }))
        throw new Rejected('invalid-input', sentence, { detail: { errors } })
      }
      const createdAt = epochMs(clock.now())
      const version = basedOn + 1
      const written = await query(
        pool,
        `insert into evaluation_configuration
           (version, document, note, created_at, created_by, account_id)
         select $1, $2, $3, $4, $5, $6
         where $1 = 1 + (select coalesce(max(version), 0) from evaluation_configuration)
         on conflict (version) do nothing returning version`,
        [
          version,
          JSON.stringify(configuration),
          note,
          formatTimestamp(createdAt),
          by.name,
          by.accountId,
        ],
      )
      if (written.length === 0) {
        const sentence = `version ${basedOn} is not the last: read the one in force and change that`
        throw new Rejected('conflict', sentence)
      }
      return { version, note, createdAt, createdBy: by.name, configuration }
    },
  }
}

export type ConfigurationBook = ReturnType<typeof createConfigurationBook>
