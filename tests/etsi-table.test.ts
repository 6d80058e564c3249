import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tableWith } from './support/markdown-tables.ts'

const PAGE = readFileSync('docs/etsi-en-303-645.md', 'utf8')
const rows = tableWith(PAGE, 'provision', 'stand', 'how')

/** How many provisions each clause has. */
const CLAUSES = [5, 3, 16, 4, 8, 9, 2, 3, 3, 1, 4, 3, 1]

test('every provision of the standard is answered once, in its order', () => {
  const all = CLAUSES.flatMap((count, clause) =>
    Array.from({ length: count }, (_, index) => `5.${clause + 1}-${index + 1}`),
  )
  const data = [1, 2, 3, 4, 5].map((number) => `6-${number}`)
  expect(rows.map((row) => row['provision'])).toEqual([...all, ...data])
})

test('each answer is one of those explained, and says how where Wanmi has a part in it', () => {
  for (const row of rows) {
    const { provision = '', stand = '' } = row
    expect(PAGE, provision).toContain(`**${stand}**`)
    if (stand !== 'device') expect(row['how'], provision).not.toBe('')
  }
})

test('the pages it leads to are there', () => {
  const links = [...PAGE.matchAll(/\]\(([a-z0-9-]+\.md)\)/g)].map(([, file]) => `docs/${file}`)
  expect(links.filter((file) => !existsSync(file))).toEqual([])
})
