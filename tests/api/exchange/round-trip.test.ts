import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { COLUMN_KEYS, COLUMNS } from '#api/exchange/columns.ts'
import { CASE_DUTIES, CASE_SOURCES } from '#model/case.ts'
import { CASE_STATES, type CaseState } from '#model/case-state.ts'
import { classesOf, conditionsOf, EDITIONS } from '#model/catalogue.ts'
import type { Role } from '#model/role.ts'
import { SEVERITIES } from '#model/rule.ts'
import { addAccount } from '#tests/people/accounts.ts'
import { type ExchangeApi, NOW, openExchangeApi } from './exchange-fixture.ts'

let first: ExchangeApi
let second: ExchangeApi
beforeAll(async () => {
  first = await openExchangeApi()
  second = await openExchangeApi()
})
afterAll(async () => {
  await first.close()
  await second.close()
})

type Row = Readonly<Record<string, unknown>>

const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const
type Format = keyof typeof TYPES

/** A number of ours is another one in another city, and what was its own is taken over there. */
const OURS = [COLUMNS.ownNumber.title, COLUMNS.system.title, 'ownNumber', 'system']

/** Records of a file by the number of their case, without what is another one in another city. */
function byNumber(file: string, format: Format): ReadonlyMap<string, Row> {
  const rows =
    format === 'ndjson'
      ? file
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Row)
      : recordsOf(file)
  return new Map(
    rows.map((row) => [
      String(row['taskNumber'] ?? row[COLUMNS.taskNumber.title]),
      Object.fromEntries(Object.entries(row).filter(([name]) => !OURS.includes(name))),
    ]),
  )
}

/** RFC 4180 as plainly as it can be read, so that the reader of the product is not its own judge. */
function recordsOf(file: string): Row[] {
  expect(file.charCodeAt(0)).toBe(0xfe_ff)
  const records: string[][] = [[]]
  for (const [, quoted, plain, end] of file
    .slice(1)
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end !== ',') records.push([])
  }
  const [titles = [], ...rows] = records.filter((record) => record.length === COLUMN_KEYS.length)
  return rows.map((cells) => Object.fromEntries(titles.map((title, at) => [title, cells[at]])))
}

async function handOn(format: Format, system: string, numbers: ReadonlySet<string>) {
  const written = await first.write(`format=${format}`)
  const taken = await second.take(written.text, {
    query: `system=${system}`,
    type: TYPES[format],
  })
  expect(taken.body).toMatchObject({ rejected: 0, rows: [] })
  const again = await second.write(`format=${format}`)
  const [before, after] = [byNumber(written.text, format), byNumber(again.text, format)]
  for (const number of numbers) {
    expect(before.has(number)).toBe(true)
    expect(after.get(number)).toEqual(before.get(number))
  }
  return { before, after, taken: taken.body as { opened: number; unchanged: number } }
}

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength }).filter((each) => !each.includes('\0')),
    fc.constantFrom(
      '=1+1',
      "'=x",
      '@cmd',
      '-3',
      '+86 359',
      '"quoted", and\r\nlines',
      ' blanks ',
      '井盖、移位',
    ),
  )
const at = fc.integer({ min: NOW - 400 * 86_400_000, max: NOW - 1_000 })
const instant = at.map((ms) => new Date(ms).toISOString())
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null })

const classed = fc.constantFrom(...EDITIONS.flatMap(classesOf)).chain((entry) =>
  fc
    .constantFrom(null, ...conditionsOf(entry).map(({ condition }) => condition))
    .map((condition) => ({
      kind: entry.kind,
      edition: entry.edition,
      majorCode: entry.major,
      minorCode: entry.minor,
      condition,
    })),
)
const unclassed = fc.constantFrom({ kind: 'part' }, { kind: 'event' })

const row = fc
  .record({
    class: fc.oneof(classed, unclassed),
    state: fc.constantFrom(...CASE_STATES),
    source: fc.constantFrom(...CASE_SOURCES),
    severity: fc.constantFrom(...SEVERITIES),
    title: maybe(text(30)),
    description: maybe(text(200)),
    conditionTitle: maybe(text(20)),
    address: maybe(text(40)),
    opinion: maybe(text(80)),
    reporter: maybe(text(10)),
    handler: maybe(text(10)),
    post: maybe(text(10)),
    street: maybe(text(10)),
    place: maybe(
      fc.record({
        lon_deg: fc.double({ min: 73, max: 135, noNaN: true }),
        lat_deg: fc.double({ min: 18, max: 53, noNaN: true }),
      }),
    ),
    gridCode: maybe(fc.constantFrom('140802001001001', '140802002003004')),
    partId: maybe(fc.constantFrom('1408020101000001', '1408020102000007')),
    handlingDepartment: fc.constantFrom('water', '市政处'),
    reportedAt: instant,
    instants: fc.record({
      acceptedAt: maybe(instant),
      filedAt: maybe(instant),
      dispatchedAt: maybe(instant),
      startedAt: maybe(instant),
      fedBackAt: maybe(instant),
      checkedAt: maybe(instant),
      closedAt: maybe(instant),
      handleDeadlineAt: maybe(instant),
      caseDeadlineAt: maybe(instant),
      parkedUntil: maybe(instant),
      updatedAt: maybe(instant),
    }),
    lateDuties: maybe(fc.uniqueArray(fc.constantFrom(...CASE_DUTIES), { minLength: 1 })),
    extensions: fc.nat(2),
    reworks: fc.nat(3),
    isUrgent: fc.boolean(),
    isKey: fc.boolean(),
  })
  .map(({ class: named, place, instants, ...rest }) => ({
    ...named,
    ...place,
    ...instants,
    ...rest,
  }))

/** What must be found again of a row that was handed over: texts tidied, instants to the second. */
function saidBy(given: Row): Row {
  const isFiled = typeof given['condition'] === 'string'
  const tidied = Object.entries(given).flatMap(([name, value]) => {
    if (name === 'handlingDepartment' || (name === 'conditionTitle' && isFiled)) return []
    if (name === 'parkedUntil' && given['state'] !== 'parked') return []
    if (typeof value !== 'string') return value === null ? [] : [[name, value] as const]
    if (name.endsWith('At') || name === 'parkedUntil') {
      return [[name, value.replace(/\.\d{3}Z$/, 'Z')] as const]
    }
    const text = value.replaceAll(/\r\n?/g, '\n').trim()
    return text === '' ? [] : [[name, text] as const]
  })
  return Object.fromEntries(tidied)
}

let run = 0

test('whatever a platform hands over is the same when it is handed on to another one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 12 }),
      fc.constantFrom<Format>('csv', 'ndjson'),
      async (rows, format) => {
        run += 1
        const given = rows.map((each, index) => ({ ...each, taskNumber: `r${run}-${index}` }))
        const file = given.map((each) => `${JSON.stringify(each)}\n`).join('')
        const taken = await first.take(file, { type: TYPES.ndjson })
        expect(taken.body).toMatchObject({ opened: rows.length, rejected: 0 })
        const told = byNumber((await first.write('format=ndjson')).text, 'ndjson')
        for (const each of given) expect(told.get(each.taskNumber)).toMatchObject(saidBy(each))
        const numbers = new Set(given.map(({ taskNumber }) => taskNumber))
        await handOn(format, 'first', numbers)
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

test('cases that went through our own flow are handed on as they are', async () => {
  const who = new Map<Role, Record<string, string>>()
  const as = async (role: Role): Promise<Record<string, string>> => {
    const department = role.startsWith('department') ? { departmentId: 'water' } : {}
    if (role.startsWith('department')) {
      const body = { name: '供水公司', parentId: null, contact: null }
      await first.call('PUT', '/api/v1/departments/water', body)
    }
    const headers = who.get(role) ?? (await addAccount(first.people, [role], department)).headers
    who.set(role, headers)
    return headers
  }
  let reported = 0
  const report = async (): Promise<string> => {
    reported += 1
    const body = {
      source: 'hotline',
      kind: 'part',
      class: '0103',
      condition: 'missing-or-displaced',
      description: `井盖移位 ${reported}`,
      lon_deg: 111 + reported / 100,
      lat_deg: 35,
    }
    const made = await first.call('POST', '/api/v1/reports', body, await as('acceptor'))
    expect(made.status).toBe(201)
    return made.body.case.id as string
  }
  const act = async (id: string, role: Role, name: string, body: object = {}) => {
    const url = `/api/v1/cases/${id}/${name}`
    const done = await first.call('POST', url, body, await as(role))
    expect(done.body, name).toMatchObject({ id })
    return done.body as { state: CaseState; number: string }
  }
  const steps = [
    ['acceptor', 'accept'],
    ['duty-officer', 'file'],
    ['dispatcher', 'dispatch', { departmentId: 'water' }],
    ['department-handler', 'start'],
    ['department-handler', 'ask-extension', { reason: '等配件' }],
    ['dispatcher', 'grant-extension'],
    ['department-handler', 'feed-back', { reason: '已更换' }],
    ['duty-officer', 'rework', { reason: '未恢复原位' }],
    ['department-handler', 'start'],
    ['department-handler', 'feed-back', { reason: '已恢复原位' }],
  ] as const
  const numbers = new Set<string>()
  for (let length = 0; length <= steps.length; length++) {
    const id = await report()
    for (const [role, name, body] of steps.slice(0, length)) await act(id, role, name, body)
    const { body } = await first.call('GET', `/api/v1/cases/${id}`)
    numbers.add(body.number as string)
  }
  const rejected = await act(await report(), 'acceptor', 'reject', { reason: '不属于城管' })
  const master = await report()
  const merged = await act(await report(), 'acceptor', 'merge', { into: master })
  for (const { number } of [rejected, merged]) numbers.add(number)

  const { before, after, taken } = await handOn('csv', 'own', numbers)
  expect(taken.opened).toBeGreaterThanOrEqual(numbers.size)
  expect(before.get(merged.number)?.['并入任务号']).toMatch(/^\d{19}$/)
  expect([...after.values()].map((each) => each['处置意见'])).toContain('已恢复原位')
  // Handed on once more it changes nothing: they are known by the numbers they have in the first.
  const again = await handOn('csv', 'own', numbers)
  expect(again.taken).toMatchObject({ opened: 0, updated: 0 })
  const lines = await handOn('ndjson', 'own', numbers)
  expect(lines.taken).toMatchObject({ opened: 0, updated: 0 })
}, 60_000)
