import { expect, test } from 'vitest'
import { silentLogger } from '#runtime/logger.ts'
import { Shutdown } from '#runtime/shutdown.ts'

const never = (): Promise<void> => new Promise(() => undefined)

test('what fails to stop, or never does, keeps nothing else from being stopped, the newest first', async () => {
  const shutdown = new Shutdown(silentLogger, 50)
  const stopped: string[] = []
  shutdown.add('first', () => void stopped.push('first'))
  shutdown.add('hanging', never)
  shutdown.add('failing', () => Promise.reject(new Error('no')))
  shutdown.add('throwing', () => {
    throw new Error('no')
  })
  shutdown.add('last', () => void stopped.push('last'))
  await shutdown.run()
  expect(stopped).toEqual(['last', 'first'])
})

test('what would leave a process behind is waited for, however long that takes', async () => {
  const shutdown = new Shutdown(silentLogger, 1)
  const ended = Promise.withResolvers<void>()
  shutdown.add('database', () => ended.promise, { isWaitedFor: true })
  const over = shutdown.run()
  const winner = await Promise.race([
    over.then(() => 'over'),
    new Promise((resolve) => setTimeout(resolve, 150, 'waiting')),
  ])
  expect(winner).toBe('waiting')
  ended.resolve()
  await over
})
