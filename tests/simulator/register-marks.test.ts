import { describe, expect, test } from 'vitest'
import { loadRules } from '#cli/load-rules.ts'
import { registerMarks, sewerMarks } from '#simulator/registry/register-marks.ts'
import { buildCity } from '#simulator/world/city.ts'
import { FakeService } from './fake-service.ts'

const city = buildCity({ seed: 'marks', devices: 200 })

describe('what a city knows of its sewers', () => {
  const marks = sewerMarks(city)

  test('is the crown at each of their gauges, and crown and ground at each of their covers', () => {
    const sewered = city.devices.filter(
      ({ medium, spot }) => spot && (medium === 'sewage' || medium === 'stormwater'),
    )
    const of = (rule: string) => marks.filter((mark) => mark.rule === rule)
    const ids = (kind: string) => sewered.filter((one) => one.kind === kind).map(({ id }) => id)
    expect(of('pipe-surcharge').map(({ deviceId }) => deviceId)).toEqual(ids('pipe-gauge'))
    expect(of('manhole-surcharge').map(({ deviceId }) => deviceId)).toEqual(ids('manhole-cover'))
    expect(of('manhole-overflow').map(({ deviceId }) => deviceId)).toEqual(ids('manhole-cover'))
    expect(of('pipe-surcharge').length).toBeGreaterThan(0)
  })

  test('has the ground well above the crown', () => {
    const crowns = new Map(
      marks
        .filter(({ rule }) => rule === 'manhole-surcharge')
        .map(({ deviceId, value }) => [deviceId, value]),
    )
    for (const { deviceId, value } of marks.filter(({ rule }) => rule === 'manhole-overflow')) {
      expect(value).toBeGreaterThan((crowns.get(deviceId) ?? Infinity) + 1_000)
    }
  })

  test('is what parameters of the rules that ship ask for', async () => {
    const rules = new Map((await loadRules(null)).map(({ rule }) => [rule.id, rule]))
    for (const { rule, param } of marks) {
      expect(Object.keys(rules.get(rule)?.params ?? {}), rule).toContain(param)
    }
  })

  test('is told to the service device by device', async () => {
    await using service = await FakeService.open(() => ({ body: { items: [] } }))
    await registerMarks(city, { url: service.url, token: 'secret' })
    expect(service.requests).toHaveLength(marks.length)
    const [first] = marks
    expect(service.requests[0]).toMatchObject({
      method: 'PUT',
      path: `/api/v1/rules/${first?.rule}/overrides`,
    })
    expect(JSON.parse(service.requests[0]?.body ?? '')).toEqual({
      param: first?.param,
      scope: 'device',
      key: first?.deviceId,
      value: first?.value,
    })
  })
})
