import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { minutes } from '#model/time.ts'
import { CityStaff } from '#tests/service/city-staff.ts'
import { HAS_BROWSER } from './browser.ts'
import { ConsoleCity } from './console-city.ts'

const DISPLACED = `
id: cover-displaced
kind: manhole-cover
title: { en: cover displaced, zh: 井盖移位 }
source: our default
when: tilt_deg > 15.0
hold: 2m
clear: tilt_deg < 5.0
clearHold: 1m
verify: 10m
severity: critical
outcome: { case: part, condition: missing-or-displaced, class: "0102" }
`

describe.skipIf(!HAS_BROWSER)('closing by the sensor', { timeout: 300_000 }, () => {
  let console: ConsoleCity
  beforeAll(async () => {
    console = await ConsoleCity.start({ rules: { 'cover-displaced': DISPLACED } })
    await console.hire('chief', ['duty-officer'])
    await console.city.add(['cover'], { lon_deg: 111.003, lat_deg: 35.024 })
  }, 120_000)
  afterAll(() => console.stop())

  /** Time goes by while the cover measures so. */
  async function lies(tilt_deg: number, span: number): Promise<void> {
    const { city } = console
    for (let minute = 0; minute < span; minute += 1) {
      city.clock.move(60_000)
      city.measure(['cover'], { tilt_deg })
      await city.flush(['cover'])
      await city.service.tick()
    }
  }

  test('readings that stay good prove a case and let it be closed, on a page nobody touches', async () => {
    const { city } = console
    const staff = new CityStaff(city)
    await staff.hireAll()
    await city.live(minutes(2), ['cover'])
    await lies(30, 4)
    const [found] = await city.cases()
    const id = found?.id ?? ''
    await staff.act('acceptor', id, 'accept')
    await staff.act('duty-officer', id, 'file')
    await staff.act('dispatcher', id, 'dispatch', { departmentId: 'water' })
    await staff.act('department-handler', id, 'start')

    const page = await console.signIn('chief', {}, `/cases/${id}`)
    const timeline = page.locator('.timeline')
    await timeline.getByText('开始处置').waitFor()
    await staff.act('department-handler', id, 'feed-back', { reason: '井盖已复位' })
    await timeline.getByText('传感器开始核验').waitFor()
    expect(await timeline.getByText('传感器核验正常').count()).toBe(0)
    await lies(1, 14)
    await timeline.getByText('传感器核验正常').waitFor()

    const actions = page.getByRole('region', { name: '可执行的操作' })
    await actions.getByRole('button', { name: '结案', exact: true }).click()
    const send = actions.getByRole('button', { name: '确定结案' })
    if (await send.isVisible()) await send.click()
    await actions.getByRole('button', { name: '重开', exact: true }).waitFor()
    expect((await staff.see('duty-officer', id)).state).toBe('closed')
    expect(console.browser.faults).toEqual([])
  })
})
