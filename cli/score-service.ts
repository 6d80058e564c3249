import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Unavailable } from '#model/error.ts'
import type { ServiceAddress } from '#simulator/registry/service-client.ts'

/** A service in a process of its own that a run of scores is against. */
export interface ScoreService extends AsyncDisposable {
  readonly address: ServiceAddress
  readonly mqttUrl: string
}

const TOKEN = 'token-of-the-scores'
const LINES_KEPT = 20

/**
 * Starts the service on free ports with a database in a scratch folder, which is gone afterwards,
 * and with the rules that come along.
 *
 * @throws Unavailable 'not-ready' when it ends before it is there
 */
export async function startScoreService(): Promise<ScoreService> {
  const folder = await mkdtemp(join(tmpdir(), 'wanmi-score-'))
  // The database may run as another user.
  await chmod(folder, 0o755)
  const child = spawn(process.execPath, [join(import.meta.dirname, 'launch.mjs'), 'start'], {
    env: {
      ...withoutSettings(process.env),
      DATA_DIR: join(folder, 'data'),
      ADMIN_TOKEN: TOKEN,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: '0',
      MQTT_HOST: '127.0.0.1',
      MQTT_PORT: '0',
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Ctrl-C is for the one who started it: the scores end first, then the service.
    detached: true,
  })
  const ended = once(child, 'exit')
  const said: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line)
    if (said.length > LINES_KEPT) said.shift()
  })
  // Whoever ends in a hurry leaves no service behind.
  const end = (): void => void child.kill('SIGTERM')
  process.on('exit', end)
  const stop = async (): Promise<void> => {
    process.off('exit', end)
    if (child.exitCode === null && child.signalCode === null) end()
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const over = ended.then(() => {
      throw new Unavailable('not-ready', `the service does not start: ${said.join('\n')}`)
    })
    const { url, mqttUrl } = await Promise.race([addressesFrom(child.stdout), over])
    return { address: { url, token: TOKEN }, mqttUrl, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** It says where it is on standard output once it takes messages. */
function addressesFrom(
  stdout: NodeJS.ReadableStream,
): Promise<{ readonly url: string; readonly mqttUrl: string }> {
  return new Promise((resolve) => {
    let url = ''
    createInterface({ input: stdout }).on('line', (line) => {
      const [name = '', address = ''] = line.split(/\s+/)
      if (name === 'HTTP') url = address
      if (name === 'MQTT') resolve({ url, mqttUrl: address })
    })
  })
}

/** The developer's own service is not that of the scores. */
const withoutSettings = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(DATABASE_|EMBEDDED_|MQTT_|HTTP_|INGEST_|ADMIN_|RULES_|LOG_)/.test(name),
    ),
  )
