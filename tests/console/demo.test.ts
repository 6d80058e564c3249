import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { scratchFolder } from '#tests/support/scratch-folder.ts'
import { freePort } from '#tests/support/service-process.ts'
import { HAS_BROWSER, TestBrowser } from './browser.ts'
import { fillSignIn } from './console-city.ts'

test.skipIf(!HAS_BROWSER)(
  'the demonstration says its address and an account, which sees a city that lives',
  { timeout: 240_000 },
  async () => {
    await using folder = await scratchFolder()
    const browser = await TestBrowser.open()
    const child = spawn(process.execPath, ['cli/launch.mjs', 'demo'], {
      env: {
        ...process.env,
        DATABASE_URL: undefined,
        DATA_DIR: folder.path,
        HTTP_PORT: String(await freePort()),
        MQTT_PORT: String(await freePort()),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    try {
      const said = new Map<string, string>()
      for await (const line of createInterface({ input: child.stdout })) {
        const at = /The console is at (\S+)/.exec(line)?.[1]
        if (at) said.set('address', at)
        const [, login = '', password = ''] =
          /Sign in as (\S+).* with the password (\S+)/.exec(line) ?? []
        if (login !== '') said.set('login', login).set('password', password)
        if (said.size === 3) break
      }
      child.stdout.resume()
      const page = await browser.page(said.get('address') ?? '')
      await page.goto('/')
      await fillSignIn(page, said.get('login') ?? '', said.get('password'))
      await page.getByText('实时连接正常').waitFor({ timeout: 60_000 })
      // Devices of the city have reported since, as the same account sees over the API.
      const reported = async (): Promise<number> => {
        const query = 'bbox=-180,-85,180,85&zoom=20&limit=1000'
        const answer = await page.request.get(`/api/v1/device-states?${query}`)
        const { items } = (await answer.json()) as { items: { reading: object | null }[] }
        return items.filter(({ reading }) => reading !== null).length
      }
      await expect.poll(reported, { timeout: 90_000 }).toBeGreaterThan(100)
      expect(browser.faults).toEqual([])
    } finally {
      child.kill('SIGINT')
      await ended
      await browser.close()
    }
  },
)
