import { Command } from 'commander'
import { accountCommand } from './account.ts'
import { backtestCommand } from './backtest.ts'
import { backupCommand, restoreCommand } from './backup.ts'
import { casesCommand } from './cases.ts'
import { doctorCommand } from './doctor.ts'
import { importCommand } from './import.ts'
import { quarantineCommand } from './quarantine.ts'
import { replayCommand } from './replay.ts'
import { rulesCommand } from './rules.ts'
import { runCommand } from './run-command.ts'
import { scoreCommand } from './score.ts'
import { simulateCommand } from './simulate.ts'

const program = new Command('wanmi')
  .description(
    'Tools for a running Wanmi. Settings are environment variables (docs/configuration.md).',
  )
  .addCommand(accountCommand())
  .addCommand(backtestCommand())
  .addCommand(backupCommand())
  .addCommand(casesCommand())
  .addCommand(doctorCommand())
  .addCommand(restoreCommand())
  .addCommand(importCommand())
  .addCommand(quarantineCommand())
  .addCommand(rulesCommand())
  .addCommand(simulateCommand())
  .addCommand(replayCommand())
  .addCommand(scoreCommand())

await runCommand(program, process.argv)
