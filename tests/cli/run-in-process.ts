import type { Command } from 'commander'
import { vi } from 'vitest'
import { isWanmiError } from '#model/error.ts'

export interface Outcome {
  /** Standard output by lines. */
  readonly out: string
  readonly err: string
  readonly exitCode: number
}

/** Runs a command in this process and catches what it prints. */
export async function runInProcess(command: Command, argv: readonly string[]): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []]
  const spies = [
    vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(`${line}\n`)),
    vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(`${line}\n`)),
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0),
  ]
  const before = process.exitCode
  process.exitCode = 0
  try {
    await command.exitOverride().parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!isWanmiError(error)) throw error
    err.push(`${error.message}\n`)
    process.exitCode = 1
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
  const exitCode = process.exitCode
  process.exitCode = before
  return { out: out.join(''), err: err.join(''), exitCode }
}
