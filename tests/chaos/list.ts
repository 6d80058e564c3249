import type { Scenario } from './scenario.ts'
import { backlog } from './scenarios/backlog.ts'
import { badLines } from './scenarios/bad-lines.ts'
import { city } from './scenarios/city.ts'
import { clockJumps } from './scenarios/clock-jumps.ts'
import { databaseAway } from './scenarios/database-away.ts'
import { diskFull } from './scenarios/disk-full.ts'
import { gracefulStop } from './scenarios/graceful-stop.ts'
import { hangingStatement } from './scenarios/hanging-statement.ts'
import { killDatabase } from './scenarios/kill-database.ts'
import { killService } from './scenarios/kill-service.ts'
import { memory } from './scenarios/memory.ts'
import { poolExhausted } from './scenarios/pool-exhausted.ts'
import { rollingRestart } from './scenarios/rolling-restart.ts'
import { spoolKills } from './scenarios/spool-kills.ts'
import { stalls } from './scenarios/stalls.ts'

/** In the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [
  killService,
  killDatabase,
  databaseAway,
  spoolKills,
  poolExhausted,
  hangingStatement,
  badLines,
  stalls,
  clockJumps,
  backlog,
  gracefulStop,
  rollingRestart,
  memory,
  diskFull,
  city,
]
