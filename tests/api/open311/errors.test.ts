import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApi } from '#tests/api/api-fixture.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { expectValid } from './georeport-schemas.ts'
import { COVER, type Form, type Open311Api, openOpen311, parser } from './open311-fixture.ts'

let city: Open311Api
beforeAll(async () => {
  city = await openOpen311()
})
afterAll(() => city.api.close())

test.each<[string, Form, number, string]>([
  ['no key', { api_key: '' }, 403, 'api_key was not provided'],
  ['a wrong key', { api_key: 'wrong' }, 403, 'api_key is not valid'],
  ['no service', { service_code: '' }, 400, 'service_code was not provided'],
  ['an unknown service', { service_code: 'X1' }, 404, 'service_code X1 was not found'],
  ['no place', { lat: '', long: '' }, 400, 'lat and long, or address_string'],
  ['half a place', { lat: '' }, 400, 'lat and long: A longitude without a latitude'],
  ['a swapped place', { lat: '111.006', long: '35.022' }, 400, 'swapped'],
  ['a place of words', { lat: 'north' }, 400, 'lat is no number'],
  ['an unknown attribute', { 'attribute[colour]': 'red' }, 400, 'no attribute colour'],
  ['an unknown condition', { 'attribute[condition]': 'odd' }, 400, 'no condition odd'],
  ['no code of a part', { address_id: '12' }, 400, 'the 16-digit code of a part'],
  ['no address of the web', { media_url: 'javascript:1' }, 400, 'media_url is no address'],
  ['too many words', { description: 'x'.repeat(4_001) }, 400, 'more than 4000'],
])('%s is answered with the errors of the standard', async (_name, more, status, words) => {
  const form = { ...COVER, ...city.elsewhere(), api_key: city.program.token, ...more }
  for (const format of ['json', 'xml'] as const) {
    const answer = await city.send('POST', `requests.${format}`, form)
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status })
    const errors =
      format === 'json'
        ? JSON.parse(answer.text)
        : parser.parse(answer.text)['errors'].error.map((each: Form) => ({
            ...each,
            code: Number(each['code']),
          }))
    expectValid('errors', errors)
    expect(errors[0].code).toBe(status)
    expect(errors[0].description).toContain(words)
  }
})

test.each<[string, number]>([
  ['requests.json?start_date=yesterday', 400],
  ['requests.json?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z', 400],
  ['requests.json?start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z', 400],
  ['requests.json?status=lost', 400],
  ['requests.json?service_code=X', 404],
  ['requests/12.json', 404],
  ['nothing.json', 404],
])('%s is refused', async (path, status) => {
  expect((await city.json('requests', path)).status).toBe(status)
})

test('whoever has no key reads no request, and a key comes as bearer or in the address', async () => {
  for (const path of ['requests.json', `requests/${crypto.randomUUID()}.json`, 'tokens/1.json']) {
    expect((await city.json('requests', path, {})).status).toBe(403)
    expect((await city.json('requests', path, { authorization: 'Bearer wrong' })).status).toBe(403)
  }
  expect(
    (await city.json('requests', `requests.json?api_key=${city.program.token}`, {})).status,
  ).toBe(200)
  const { status, document } = await city.xml('requests', {})
  expect(status).toBe(403)
  expect(document.errors.error).toEqual([{ code: '403', description: 'api_key was not provided' }])
})

test('texts of any kind come through XML unharmed, and an empty list is one', async () => {
  const description = `<b>"&'\u0007 井盖 ]]> 👷 \u2028`
  const id = await city.file({ ...COVER, ...city.elsewhere(), description })
  const { document } = await city.xml(`requests/${id}.xml`)
  const [request] = document.service_requests.request
  expect(request?.['description']).toBe(`<b>"&'  井盖 ]]> 👷`.replace('  ', ' '))
  expect(request?.['zipcode']).toBe('')
  const nobody = await addAccount(city.api.people, ['integration'])
  const { text } = await city.xml('requests.xml', nobody.headers)
  expect(text).toContain('<service_requests></service_requests>')
})

test('a body that is no form, and one that is too large, are refused in the words of the standard', async () => {
  const body = await city.send('POST', 'requests.json', undefined, {
    'content-type': 'application/json',
    ...city.program.headers,
  })
  expect(body.status).toBe(400)
  const large = await city.send('POST', 'requests.json', { ...COVER, extra: 'x'.repeat(70_000) })
  expect(large.status).toBe(413)
  for (const { text } of [body, large]) expectValid('errors', JSON.parse(text))
})

test('a city that has a name answers to no other', async () => {
  const { open311 } = city.api.options
  const named = await openTestApi({
    open311: { ...open311, config: { ...open311.config, jurisdictionId: 'city.example' } },
  })
  const status = async (query: string) =>
    (await named.app.inject({ url: `/open311/v2/services.json?jurisdiction_id=${query}` }))
      .statusCode
  expect(await status('city.example')).toBe(200)
  expect(await status('')).toBe(200)
  expect(await status('other.example')).toBe(404)
  await named.close()
})
