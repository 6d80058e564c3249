import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program of the bench that answers one question after the other. */
export interface Child {
  readonly pid: number
  ask<Answer>(question: object): Promise<Answer>
  end(): Promise<void>
}

export function startChild(file: string, options: object): Child {
  const child: ChildProcess = spawn(process.execPath, [file, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const gone = ended.then(() => {
    throw new Error(`${file} has ended`)
  })
  gone.catch(() => undefined)
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(question: object) {
      const answer = once(child, 'message') as Promise<[Answer]>
      child.send(question)
      return (await Promise.race([answer, gone]))[0]
    },
    async end() {
      if (child.exitCode === null) child.kill('SIGTERM')
      await ended
    },
  }
}
