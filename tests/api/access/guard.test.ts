import { expect, test } from 'vitest'
import { ACCESS, type Access } from '#api/access.ts'
import { createApp } from '#api/app.ts'
import { requireToken } from '#api/authentication.ts'
import { guardRoutes } from '#api/guard.ts'
import { accessPage } from '#cli/access-page.ts'
import { ROLES } from '#model/role.ts'
import { silentLogger } from '#runtime/logger.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { TOKEN } from '#tests/api/api-fixture.ts'

function guarded(table: Readonly<Record<string, Access>>) {
  const app = createApp({ bodyLimitBytes: 1_024, log: silentLogger, metrics: createMetrics() })
  requireToken(app, TOKEN)
  guardRoutes(app, table)
  return app
}

const answer = async () => Promise.resolve('well')

test('no application is built with a route that nobody was given access to', async () => {
  const app = guarded({ 'GET /known': { who: 'anyone', within: [] } })
  app.get('/known', answer)
  expect(() => app.get('/forgotten', answer)).toThrow(
    'the table of access does not say who may use GET /forgotten',
  )
  expect(() => app.post('/known', answer)).toThrow('POST /known')
  // Nor with one that a part of it adds.
  void app.register(async (part) => {
    part.delete('/known', answer)
    return Promise.resolve()
  })
  await expect(app.ready()).rejects.toThrow('DELETE /known')
})

test('an entry for all below an address is for nothing else', () => {
  const app = guarded({ 'GET /pages/*': { who: 'signed-in', within: [] } })
  app.get('/pages/a/b', answer)
  expect(() => app.get('/pages', answer)).toThrow('GET /pages')
  expect(() => app.get('/pagesetter', answer)).toThrow('GET /pagesetter')
  expect(() => app.post('/pages/a', answer)).toThrow('POST /pages/a')
})

test('the token of the service opens every door but those it has no role for', async () => {
  const app = guarded({
    'GET /for-engineers': { who: ['engineer'], within: 'whole-city' },
    'GET /for-acceptors': { who: ['acceptor', 'dispatcher'], within: ['area'] },
  })
  app.get('/for-engineers', answer)
  app.get('/for-acceptors', answer)
  const headers = { authorization: `Bearer ${TOKEN}` }
  expect((await app.inject({ url: '/for-engineers', headers })).statusCode).toBe(200)
  const refused = await app.inject({ url: '/for-acceptors', headers })
  expect(refused.json()).toMatchObject({
    status: 403,
    code: 'forbidden',
    detail:
      'GET /for-acceptors is for acceptor or dispatcher; the account is administrator and engineer',
  })
  await app.close()
})

test('the page for people has every route and every role', () => {
  const page = accessPage()
  for (const name of [...Object.keys(ACCESS), ...ROLES]) expect(page).toContain(`\`${name}\``)
})
