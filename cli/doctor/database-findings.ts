import type { Config } from '#runtime/config.ts'
import { type DatabaseFacts, DURABILITY } from '#store/inspect/inspect-database.ts'
import { type Finding, type Findings, fault, ok, warning } from './finding.ts'
import { sizeText } from './sizes.ts'

/** Beside the pool: two that write, one that migrates or makes a backup. */
const BESIDE_POOL = 3
const SKEW_WARNING_MS = 2_000
const SKEW_FAULT_MS = 60_000

/** What there is to say of what a database told. */
export function judgeDatabase(facts: DatabaseFacts, config: Config): Findings {
  return [
    version(facts),
    ...durability(facts),
    ...rights(facts),
    migrations(facts),
    timescale(facts),
    connections(facts, config),
    clock(facts),
  ]
}

function version({ version, isTooOld, sizeBytes }: DatabaseFacts): Finding {
  const size = sizeText(sizeBytes)
  return isTooOld
    ? fault(
        'database',
        `PostgreSQL ${version} is too old: Wanmi needs 15 or newer.`,
        `PostgreSQL ${version} 版本过旧：Wanmi 需要 15 或更新版本。`,
      )
    : ok(
        'database',
        `The database answers: PostgreSQL ${version}, ${size}.`,
        `数据库可用：PostgreSQL ${version}，${size}。`,
      )
}

function durability({ durability }: DatabaseFacts): Findings {
  const off = DURABILITY.filter((name) => ['off', 'false'].includes(durability[name]))
  if (off.length === 0) {
    const text = [
      'A commit is on the disk before it is answered.',
      '提交在应答之前已落盘。',
    ] as const
    return [ok('durability', ...text)]
  }
  return off.map((name) =>
    fault(
      'durability',
      `${name} is off in the database: after a power cut, readings that were acknowledged are gone. Set it on.`,
      `数据库的 ${name} 已关闭：断电后，已确认的数据会丢失。请将其打开。`,
    ),
  )
}

function rights({ isReadOnly, mayCreate }: DatabaseFacts): Findings {
  const findings: Finding[] = []
  if (isReadOnly) {
    findings.push(
      fault(
        'database',
        'The database is read-only, such as a standby: nothing can be stored.',
        '数据库为只读（例如备库），无法写入。',
      ),
    )
  }
  if (!mayCreate) {
    findings.push(
      fault(
        'database',
        'The user of DATABASE_URL may not make tables in the schema public: grant CREATE on it.',
        'DATABASE_URL 的用户无权在 public 模式中建表：请授予 CREATE 权限。',
      ),
    )
  }
  return findings
}

function migrations({ migrations }: DatabaseFacts): Finding {
  const { applied, pending, unknown, edited } = migrations
  if (unknown.length > 0) {
    const names = unknown.join(', ')
    return fault(
      'migrations',
      `A newer Wanmi made the tables (${names}): this one does not start on them. Use the newer one.`,
      `数据表由更新版本的 Wanmi 建立（${names}），本版本无法启动。请使用更新版本。`,
    )
  }
  if (edited.length > 0) {
    const names = edited.join(', ')
    return fault(
      'migrations',
      `Migrations were edited after they ran (${names}): Wanmi does not start. Use the files of the release.`,
      `以下迁移在执行后被修改（${names}），Wanmi 无法启动。请使用发布版本中的文件。`,
    )
  }
  if (applied > 0 && pending.length > 0) {
    return warning(
      'migrations',
      `${pending.length} migrations wait for the next start: make a backup first.`,
      `下次启动时将执行 ${pending.length} 项迁移：请先备份。`,
    )
  }
  return applied === 0
    ? ok(
        'migrations',
        'The database is empty; the first start makes the tables.',
        '数据库为空，首次启动时建表。',
      )
    : ok('migrations', 'The tables are those of this version.', '数据表与本版本一致。')
}

function timescale({ timescale }: DatabaseFacts): Finding {
  const { available, installed } = timescale
  if (installed !== null) {
    const text = [
      `TimescaleDB ${installed} keeps the readings.`,
      `上报数据由 TimescaleDB ${installed} 存储。`,
    ]
    return ok('extension', text[0] ?? '', text[1] ?? '')
  }
  return available === null
    ? ok(
        'extension',
        'The server has no TimescaleDB: readings are in native partitions, uncompressed.',
        '服务器没有 TimescaleDB：数据存于原生分区，不压缩。',
      )
    : ok(
        'extension',
        `TimescaleDB ${available} is there and this database does not use it; only a new database can.`,
        `服务器有 TimescaleDB ${available}，但本数据库未使用；仅新建的数据库可以使用。`,
      )
}

function connections({ connections }: DatabaseFacts, { store }: Config): Finding {
  const { most, used } = connections
  const needed = store.poolSize + BESIDE_POOL
  return needed > most
    ? fault(
        'connections',
        `Wanmi may need ${needed} connections and the database gives ${most}: lower DATABASE_POOL_SIZE or raise max_connections.`,
        `Wanmi 可能需要 ${needed} 个连接，数据库最多提供 ${most} 个：请减小 DATABASE_POOL_SIZE 或增大 max_connections。`,
      )
    : ok(
        'connections',
        `${used} of ${most} database connections are in use; Wanmi needs at most ${needed}.`,
        `数据库连接已用 ${used}/${most}；Wanmi 最多需要 ${needed} 个。`,
      )
}

function clock({ clock: { aheadMs, withinMs } }: DatabaseFacts): Finding {
  const skew = Math.max(0, Math.abs(aheadMs) - withinMs)
  const seconds = (Math.abs(aheadMs) / 1_000).toFixed(1)
  const [en, zh] = aheadMs > 0 ? ['ahead of', '快'] : ['behind', '慢']
  if (skew < SKEW_WARNING_MS) {
    const text = [
      'The clocks of the database and of this machine agree.',
      '数据库与本机时钟一致。',
    ] as const
    return ok('database clock', ...text)
  }
  const said = skew < SKEW_FAULT_MS ? warning : fault
  return said(
    'database clock',
    `The clock of the database is ${seconds} s ${en} that of this machine: set both by NTP.`,
    `数据库时钟比本机${zh} ${seconds} 秒：请通过 NTP 校时。`,
  )
}
