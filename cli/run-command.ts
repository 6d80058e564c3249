import { type Command, CommanderError } from 'commander'
import { isWanmiError, messageOf } from '#model/error.ts'

/**
 * Runs a command line and ends the process with its code: 0 done, 1 refused or failed, 2 called
 * wrongly. What goes wrong on purpose is one sentence; a defect shows its stack.
 */
export async function runCommand(program: Command, argv: readonly string[]): Promise<void> {
  program.exitOverride().showHelpAfterError('(--help shows how)')
  try {
    await program.parseAsync(argv)
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (isWanmiError(error)) {
    console.error(error.message)
    return 1
  }
  console.error(error instanceof Error ? (error.stack ?? error.message) : messageOf(error))
  return 1
}
