import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect } from 'vitest'
import type { Role } from '#model/role.ts'
import { openTestApi } from '#tests/api/api-fixture.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { movingClock } from '#tests/people/moving-clock.ts'
import { type Answered, expectValid } from './georeport-schemas.ts'

export type Form = Readonly<Record<string, string>>

/** What somebody reports of a cover, but for where it is. */
export const COVER: Form = {
  service_code: 'P0103',
  description: '井盖移位\n在路口',
  'attribute[condition]': 'missing-or-displaced',
}

const ITEMS = ['service', 'attribute', 'value', 'request', 'error', 'endpoint', 'format']
export const parser = new XMLParser({
  parseTagValue: false,
  isArray: (name) => ITEMS.includes(name),
})

/** A document, with every list that it may have. */
interface Xml {
  readonly discovery: { readonly endpoints: unknown }
  readonly services: { readonly service: readonly unknown[] }
  readonly service_definition: {
    readonly attributes: { readonly attribute: readonly Attribute[] }
  }
  readonly service_requests: { readonly request: readonly Form[] }
  readonly errors: { readonly error: readonly Form[] }
}
interface Attribute {
  readonly values: { readonly value: readonly unknown[] }
}

/** The API with a program that reports to it, at a moment that the tests move. */
export async function openOpen311() {
  const clock = movingClock()
  const api = await openTestApi({}, { clock })
  await api.call('PUT', '/api/v1/departments/water', {
    name: '供水公司',
    parentId: null,
    contact: null,
  })
  const program = await addAccount(api.people, ['integration'])
  const people = new Map<Role, Awaited<ReturnType<typeof addAccount>>>()
  let spot = 0

  async function send(method: 'GET' | 'POST', path: string, form?: Form, headers: Form = {}) {
    const response = await api.app.inject({
      method,
      url: `/open311/v2/${path}`,
      headers: {
        ...(form && { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }),
        ...headers,
      },
      ...(form && { payload: new URLSearchParams(form).toString() }),
    })
    const { statusCode: status, headers: told, body: text } = response
    return { status, type: told['content-type'], text }
  }

  /** A place where nothing was reported yet. */
  const elsewhere = (): Form => {
    spot += 1
    return { lat: String(30 + spot / 100), long: '111.5' }
  }

  /** Asks for JSON, holds it against the schemas of the standard and hands it back. */
  async function json(what: Answered, path: string, headers: Form = program.headers) {
    const { status, type, text } = await send('GET', path, undefined, headers)
    expect(type).toBe('application/json; charset=utf-8')
    const body = JSON.parse(text)
    expectValid(status === 200 ? what : 'errors', body)
    return { status, body }
  }

  return {
    api,
    clock,
    program,
    send,
    elsewhere,
    json,
    async xml(path: string, headers: Form = program.headers) {
      const { status, type, text } = await send('GET', path, undefined, headers)
      expect(type).toBe('text/xml; charset=utf-8')
      expect(text).toMatch(/^<\?xml version="1\.0" encoding="utf-8"\?>\n</)
      expect(XMLValidator.validate(text)).toBe(true)
      return { status, document: parser.parse(text) as Xml, text }
    },
    /** Files a request. @returns its id */
    async file(form: Form = { ...COVER, ...elsewhere() }, who = program): Promise<string> {
      const { status, text } = await send('POST', 'requests.json', { api_key: who.token, ...form })
      expect({ status, text }).toMatchObject({ status: 201 })
      const body = JSON.parse(text)
      expectValid('created', body)
      return body[0].service_request_id as string
    },
    /** A request as an account reads it. */
    shown: async (id: string, who = program) =>
      (await json('requests', `requests/${id}.json`, who.headers)).body[0],
    /** Acts on the case of a request, in a role. */
    async act(requestId: string, role: Role, name: string, body: object = {}) {
      const of = role.startsWith('department') ? { departmentId: 'water' } : {}
      const who = people.get(role) ?? (await addAccount(api.people, [role], of))
      people.set(role, who)
      const { rows } = await api.registry.pool.query(
        'select case_id from case_report where id = $1',
        [requestId],
      )
      const url = `/api/v1/cases/${rows[0].case_id}/${name}`
      const done = await api.call('POST', url, body, who.headers)
      expect(done.status, `${name}: ${done.text}`).toBe(200)
      return done.body as { id: string; number: string }
    },
    /** Of the account that acts in a role. */
    accountOf: async (role: Role): Promise<string> => {
      const who = people.get(role) ?? (await addAccount(api.people, [role]))
      people.set(role, who)
      return who.id
    },
  }
}

export type Open311Api = Awaited<ReturnType<typeof openOpen311>>
