import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { auditVerdict } from '#cli/audit-verdict.ts'
import { type Lockfile, type Manifest, supplyFaults } from '#cli/supply-faults.ts'

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))
const LOCK = read('package-lock.json') as Lockfile
const MANIFEST = read('package.json') as Manifest

test('every package that is locked may be taken', () => {
  expect(Object.keys(LOCK.packages).length).toBeGreaterThan(300)
  expect(supplyFaults(LOCK, MANIFEST)).toEqual([])
})

test('no package runs a script when it is installed', () => {
  expect(Object.values(MANIFEST.allowScripts ?? {})).not.toContain(true)
})

describe('a package', () => {
  const good = { version: '1.0.0', license: 'MIT', integrity: 'sha512-x' }
  test.each([
    [
      'of a licence nobody has looked at',
      { license: 'GPL-3.0-only' },
      /^a@1\.0\.0 has the licence GPL/,
    ],
    ['of no licence', { license: undefined }, /names no licence/],
    ['without integrity', { integrity: undefined }, /has no sha512/],
    ['with a weak one', { integrity: 'sha1-x' }, /has no sha512/],
    ['from a repository', { resolved: 'git+ssh://git@example/a.git#1' }, /comes from no registry/],
    ['over plain HTTP', { resolved: 'http://example/a.tgz' }, /comes from no registry/],
    ['that is a link', { link: true }, /is a link/],
    ['with an install script', { hasInstallScript: true }, /allowScripts does not say/],
  ])('%s is refused', (_name, more, why) => {
    const packages = { '': {}, 'node_modules/b/node_modules/a': { ...good, ...more } as never }
    expect(supplyFaults({ packages }, {})).toEqual([expect.stringMatching(why)])
  })

  test('of a licence for tools alone does not ship', () => {
    const lock = (dev: boolean): Lockfile => ({
      packages: { 'node_modules/lightningcss': { ...good, license: 'MPL-2.0', dev } },
    })
    expect(supplyFaults(lock(true), {})).toEqual([])
    expect(supplyFaults(lock(false), {})).toHaveLength(1)
  })

  test('whose script is spoken of and not there is named', () => {
    expect(supplyFaults({ packages: {} }, { allowScripts: { gone: false } })).toEqual([
      'gone of allowScripts has no install script',
    ])
  })
})

describe('an audit', () => {
  test('that finds something names it', () => {
    const report = {
      metadata: { vulnerabilities: { high: 1, total: 1 } },
      vulnerabilities: { leftish: { severity: 'high' } },
    }
    expect(auditVerdict(JSON.stringify(report))).toEqual({
      sentence: '1 known vulnerabilities: leftish (high)',
      isAffected: true,
    })
  })

  test.each([
    [JSON.stringify({ metadata: { vulnerabilities: { total: 0 } } }), 'no known vulnerabilities'],
    [
      JSON.stringify({ message: '405 Method Not Allowed - POST https://registry.example/x' }),
      'skipped: the registry answers no audits (405 Method Not Allowed)',
    ],
    ['', 'skipped: the registry answers no audits (nothing came)'],
    [
      'spawnSync npm ETIMEDOUT',
      'skipped: the registry answers no audits (spawnSync npm ETIMEDOUT)',
    ],
  ])('that answers %s fails nothing', (answer, sentence) => {
    expect(auditVerdict(answer)).toEqual({ sentence, isAffected: false })
  })
})
