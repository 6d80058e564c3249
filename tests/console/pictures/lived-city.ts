import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { demoPeople } from '#cli/demo-people.ts'
import { type ScratchFolder, scratchFolder } from '#tests/support/scratch-folder.ts'
import {
  ADMIN_TOKEN,
  askApi,
  freePort,
  type ServiceProcess,
  spawnService,
  untilReady,
} from '#tests/support/service-process.ts'

interface SeenCase {
  readonly id: string
  readonly deviceId: string | null
  readonly state: string
}

/** How many cases go how far, so that every state is to be seen. */
const WALKS: readonly { readonly cases: number; readonly steps: number }[] = [
  { cases: 4, steps: 8 },
  { cases: 2, steps: 7 },
  { cases: 2, steps: 6 },
  { cases: 3, steps: 5 },
  { cases: 4, steps: 4 },
  { cases: 3, steps: 3 },
  { cases: 3, steps: 2 },
  { cases: 2, steps: 1 },
]

/**
 * A service with the demonstration's city after two hours of its life, which goes on living: with the
 * accounts of the demonstration and cases in every stage.
 */
export class LivedCity {
  readonly password: string
  readonly #service: ServiceProcess
  readonly #folder: ScratchFolder
  readonly #devices: ChildProcess

  private constructor(
    service: ServiceProcess,
    folder: ScratchFolder,
    devices: ChildProcess,
    password: string,
  ) {
    this.#service = service
    this.#folder = folder
    this.#devices = devices
    this.password = password
  }

  static async open(progress: (text: string) => void): Promise<LivedCity> {
    const folder = await scratchFolder()
    const dataDir = path.join(folder.path, 'data')
    const ports = { HTTP_PORT: String(await freePort()), MQTT_PORT: String(await freePort()) }
    const service = spawnService({ ...ports, DATA_DIR: dataDir })
    try {
      await untilReady(service, 180_000)
      progress('two hours go by')
      const past = simulate(service, ['--speed', 'max', '--start', 'now', '--for', '2h'])
      const [code] = (await once(past, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`the simulated hours ended with ${code}`)
      const address = { url: service.api, token: ADMIN_TOKEN }
      const { password } = await demoPeople(address, dataDir)
      progress('cases are worked on')
      await workOn(service)
      const devices = simulate(service, ['--no-register'])
      return new LivedCity(service, folder, devices, password)
    } catch (error) {
      service.kill('SIGTERM')
      await service.ended
      await folder[Symbol.asyncDispose]()
      throw error
    }
  }

  get address(): string {
    return this.#service.api
  }

  /** As the administrator of the city. */
  ask<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    return askApi<Answer>(this.#service, path, init)
  }

  async close(): Promise<void> {
    const gone = this.#devices.exitCode === null ? once(this.#devices, 'exit') : undefined
    this.#devices.kill('SIGINT')
    await gone
    this.#service.kill('SIGTERM')
    await this.#service.ended
    await this.#folder[Symbol.asyncDispose]()
  }
}

function simulate({ api, mqttPort }: ServiceProcess, more: readonly string[]): ChildProcess {
  const to = ['--api', api, '--token', ADMIN_TOKEN, '--mqtt', `mqtt://127.0.0.1:${mqttPort}`]
  const command = ['cli/launch.mjs', 'wanmi', 'simulate', 'demo', ...to, ...more]
  return spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'inherit'] })
}

/** The people of the demonstration take on what there is, each to a different end. */
async function workOn(service: ServiceProcess): Promise<void> {
  const people = await askApi<{ items: readonly { id: string; login: string }[] }>(
    service,
    '/api/v1/accounts?text=demo',
  )
  const tokenOf = async (login: string): Promise<string> => {
    const id = people.items.find((each) => each.login === login)?.id
    const body = JSON.stringify({ label: 'pictures' })
    const { token } = await askApi<{ token: string }>(service, `/api/v1/accounts/${id}/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    return token
  }
  const [room, works] = [await tokenOf('demo'), await tokenOf('demo.handler')]
  const inspectorId = people.items.find(({ login }) => login === 'demo')?.id
  const steps: readonly (readonly [string, string, object])[] = [
    [room, 'accept', {}],
    [room, 'file', {}],
    [room, 'dispatch', { departmentId: 'demo-works' }],
    [works, 'start', {}],
    [works, 'feed-back', { reason: '已到场处置，恢复正常' }],
    [room, 'ask-post-check', { inspectorId }],
    [room, 'post-check', { passed: true, reason: '现场核查属实，已恢复' }],
    [room, 'close', {}],
  ]
  const { items } = await askApi<{ items: readonly SeenCase[] }>(
    service,
    '/api/v1/cases?state=reported&limit=200',
  )
  const open = [...items]
  for (const { cases, steps: count } of WALKS) {
    for (const { id } of open.splice(0, cases)) {
      for (const [token, command, body] of steps.slice(0, count)) {
        await askApi(
          service,
          `/api/v1/cases/${id}/${command}`,
          {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
          token,
        )
      }
    }
  }
}
