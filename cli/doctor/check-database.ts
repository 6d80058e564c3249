import { stat } from 'node:fs/promises'
import { messageOf } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import { DATABASE_NAME } from '#store/database.ts'
import { findServer } from '#store/embedded/find-server.ts'
import { type DatabaseFacts, inspectDatabase } from '#store/inspect/inspect-database.ts'
import { checkRoom } from './check-folders.ts'
import { judgeDatabase } from './database-findings.ts'
import { type Findings, fault, ok } from './finding.ts'

export interface DatabaseState {
  readonly findings: Findings
  /** Null where it could not be asked. */
  readonly facts: DatabaseFacts | null
}

/** Finds the database, asks it, and judges what it says; nothing is started or changed. */
export async function checkDatabase(config: Config): Promise<DatabaseState> {
  const { databaseUrl, minFreeMb } = config.store
  const address = databaseUrl === null ? await embedded(config) : { url: databaseUrl }
  if (address.url === undefined) return { findings: address.findings, facts: null }
  try {
    const facts = await inspectDatabase(address.url)
    const here = await folderHere(address.url, facts.dataDirectory)
    const room = here === null ? [] : [await checkRoom('database disk', here, minFreeMb)]
    return { facts, findings: [...judgeDatabase(facts, config), ...room] }
  } catch (error) {
    // The address has a password in it, the reason has not.
    const reason = messageOf(error)
    const finding = fault(
      'database',
      `The database does not answer: ${reason}. Readings are not acknowledged until it does.`,
      `数据库无响应：${reason}。在其恢复之前，上报数据不会得到确认。`,
    )
    return { findings: [finding], facts: null }
  }
}

type Address = { readonly url: string } | { readonly url: undefined; readonly findings: Findings }

async function embedded({ store }: Config): Promise<Address> {
  const found = await findServer(store.dataDir, DATABASE_NAME)
  if (found.state === 'running') return { url: found.url }
  const finding = {
    none: ok(
      'database',
      `There is no database in ${store.dataDir} yet; the first start makes one.`,
      `${store.dataDir} 中尚无数据库，首次启动时自动创建。`,
    ),
    stopped: ok(
      'database',
      `The embedded database in ${store.dataDir} is stopped, as it is while Wanmi is; it was not looked into.`,
      `${store.dataDir} 中的内置数据库随 Wanmi 一同停止，未作检查。`,
    ),
    hidden: fault(
      'database',
      `The embedded database in ${store.dataDir} belongs to another user: run this as the one who runs Wanmi.`,
      `${store.dataDir} 中的内置数据库属于其他用户：请以运行 Wanmi 的用户执行本命令。`,
    ),
  }[found.state]
  return { url: undefined, findings: [finding] }
}

/** The folder of the data, where it is on this machine. */
async function folderHere(url: string, folder: string | null): Promise<string | null> {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  if (folder === null || !['127.0.0.1', 'localhost', '[::1]', ''].includes(host)) return null
  return await stat(folder).then(
    () => folder,
    () => null,
  )
}
