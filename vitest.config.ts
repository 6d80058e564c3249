import { defineConfig } from 'vitest/config'
import { findSystemPostgres } from './tests/support/find-system-postgres.ts'

// A program that wants the figures of a run names the file it reads them from.
const report = process.env['WANMI_TEST_REPORT']

/**
 * Tests have an embedded database. On another server, where there is one, some run again: all that
 * use a database on that of TEST_DATABASE_URL (its user must be allowed to make databases), the
 * store's own on one that is started from the system's packages.
 */
const ofStore = ['tests/store/**/*.test.ts', 'tests/registry/**/*.test.ts']
const onOther = process.env['TEST_DATABASE_URL'] ? ['tests/**/*.test.ts'] : ofStore
const hasOther =
  process.env['TEST_DATABASE_URL'] !== undefined || findSystemPostgres() !== undefined

const globalSetup = ['tests/support/database-server.ts']

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'embedded', include: ['tests/**/*.test.ts'], globalSetup } },
      ...(hasOther
        ? [
            {
              extends: true as const,
              test: {
                name: 'other',
                include: onOther,
                exclude: ['tests/store/embedded.test.ts'],
                globalSetup,
              },
            },
          ]
        : []),
    ],
  },
})
