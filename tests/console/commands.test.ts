import { connectAsync, type MqttClient } from 'mqtt'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandMessage } from '#model/command.ts'
import { commandTopic, replyTopic } from '#model/topic.ts'
import { askApi } from '#tests/support/service-process.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity, expectAccessibleInBothThemes } from './console-city.ts'

/** The machine may be busy with other things. */
const LONG = { timeout: 30_000 }

describe.skipIf(!HAS_BROWSER)('commands to devices', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  let device: MqttClient
  const heard: CommandMessage[] = []
  beforeAll(async () => {
    console = await ConsoleCity.start()
    await console.city.add(['cover-1', 'cover-2'], { label: '一号井盖' })
    for (const role of ['engineer', 'administrator', 'duty-officer'] as const) {
      await console.hire(role, [role])
    }
    device = await connectAsync(console.city.service.mqttUrls[0] ?? '', {
      username: 'cover-1',
      password: 'secret-of-the-device-cover-1',
      clientId: 'cover-1',
    })
    device.on('message', (_, payload) => {
      heard.push(JSON.parse(payload.toString()) as CommandMessage)
    })
    await device.subscribeAsync(commandTopic('cover-1'), { qos: 1 })
  }, 120_000)
  afterAll(async () => {
    await device.endAsync(true)
    await console.stop()
  })

  const reply = (id: string | undefined, state: string, result?: object): Promise<unknown> =>
    device.publishAsync(replyTopic('cover-1'), JSON.stringify({ id, state, result }), { qos: 1 })

  /** Fills in the form and confirms it. */
  async function give(page: Page, command: string, fill: () => Promise<void>): Promise<void> {
    await page.getByRole('button', { name: '下发指令' }).click()
    await page.locator('select[name=command]').selectOption(command)
    await fill()
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByRole('button', { name: '确认下发' }).click()
  }

  test('a command is checked, confirmed, given, heard by the device and followed to its answer', async () => {
    const page = await console.signIn('engineer', {}, '/devices/cover-1')
    page.setDefaultTimeout(30_000)
    await page.getByText('没有下发过指令').waitFor()
    await page.getByRole('button', { name: '下发指令' }).click()
    await page.locator('select[name=command]').selectOption('set-interval')
    const interval = page.locator('input[name=interval_s]')
    await interval.fill('5')
    await page.getByRole('button', { name: '下一步' }).click()
    await expect.poll(() => interval.getAttribute('aria-invalid'), LONG).toBe('true')
    await expectAccessibleInBothThemes(page)
    await interval.fill('600')
    await page.getByRole('button', { name: '下一步' }).click()
    await page.getByText('将向 一号井盖 下发“设置上报间隔”').waitFor()
    await page.getByText('该指令会影响设备运行').waitFor()
    expect(heard).toEqual([])
    await page.getByRole('button', { name: '确认下发' }).click()

    await expect.poll(() => heard.length, LONG).toBe(1)
    expect(heard[0]).toMatchObject({ name: 'set-interval', args: { interval_s: 600 } })
    const list = page.locator('.commands li')
    // The packet was confirmed, which the broker takes for received.
    await expect.poll(() => list.innerText(), LONG).toMatch(/设置上报间隔.*已送达/s)
    await reply(heard[0]?.id, 'done', { interval_s: 600 })
    await expect.poll(() => list.innerText(), LONG).toMatch(/设置上报间隔.*已执行/s)

    await give(page, 'blink', async () => {})
    await expect.poll(() => heard.length, LONG).toBe(2)
    await reply(heard[1]?.id, 'failed', { reason: 'no lamp' })
    await expect.poll(() => list.first().innerText(), LONG).toMatch(/执行失败.*设备答复：no lamp/s)
    const { items } = await askApi<{ items: { action: string; name: string }[] }>(
      console.city.address,
      '/api/v1/audit?limit=50',
    )
    const given = items.filter(({ action }) => action === 'POST /api/v1/devices/:id/commands')
    expect(given.map(({ name }) => name)).toEqual(['engineer', 'engineer'])
    expect(console.browser.faults).toEqual([])
    await page.close()
  })

  test('a command for a device that is away waits, and is over when its time is', async () => {
    const page = await console.signIn('engineer', {}, '/devices/cover-2')
    page.setDefaultTimeout(30_000)
    await give(page, 'report-now', async () => {
      await page.locator('select[name=worth]').selectOption({ label: '10 分钟' })
    })
    const list = page.locator('.commands li')
    await expect.poll(() => list.innerText(), LONG).toMatch(/待下发.*设备在线后下发/s)
    console.city.clock.move(11 * 60_000)
    await expect.poll(() => list.innerText(), LONG).toMatch(/已过期.*没有执行结果/s)
    await page.close()
  })

  test('who may only look sees commands and gives none, and the service refuses what does not fit', async () => {
    const page = await console.signIn('administrator', {}, '/devices/cover-1')
    page.setDefaultTimeout(30_000)
    await page.getByText('执行失败').waitFor()
    expect(await page.getByRole('button', { name: '下发指令' }).count()).toBe(0)
    await page.close()
    const other = await console.signIn('duty-officer', {}, '/devices/cover-1')
    await other.getByRole('heading', { name: '一号井盖' }).waitFor()
    expect(await other.locator('.commands').count()).toBe(0)
    await other.close()
    const wrong = console.city.send('POST', '/api/v1/devices/cover-1/commands', {
      name: 'set-interval',
      args: { interval_s: 5, colour: 'red' },
    })
    await expect(wrong).rejects.toThrow(/interval_s is too-small: integer from 10 to 86400/)
    expect(heard).toHaveLength(2)
  })
})
