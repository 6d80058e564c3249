import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

const INSTALLED = '/usr/lib/postgresql'
const OLDEST = 15

/** The programs of the newest PostgreSQL that the system's packages brought, where they did. */
export function findSystemPostgres(): string | undefined {
  if (!existsSync(INSTALLED)) return undefined
  const newest = Math.max(0, ...readdirSync(INSTALLED).map(Number).filter(Number.isFinite))
  const programs = path.join(INSTALLED, String(newest), 'bin')
  return newest >= OLDEST && existsSync(path.join(programs, 'postgres')) ? programs : undefined
}
