import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const FOLDER = 'docs/adr'
const NAMES = readdirSync(FOLDER).sort()

test('decisions are numbered without a gap', () => {
  expect(NAMES.map((name) => Number(name.slice(0, 4)))).toEqual(NAMES.map((_, index) => index + 1))
})

test.each(NAMES)('%s says its number, date, state, context, decision and consequences', (name) => {
  const text = readFileSync(`${FOLDER}/${name}`, 'utf8')
  expect(text).toMatch(new RegExp(`^# ${Number(name.slice(0, 4))}\\. \\S`))
  expect(text).toMatch(/^\d{4}-\d{2}-\d{2} · (proposed|accepted|replaced by \d+)$/m)
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title)
  expect(sections).toEqual(['Context', 'Decision', 'Consequences'])
})
