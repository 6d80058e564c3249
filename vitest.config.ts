import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { findSystemPostgres } from './tests/support/find-system-postgres.ts'
import { LongestFirst } from './tests/support/longest-first.ts'
import { memoryFolder } from './tests/support/memory-folder.ts'

// A program that wants the figures of a run names the file it reads them from.
const report = process.env['WANMI_TEST_REPORT']

// Children of the tests find what they read compiled already.
process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, 'node_modules/.cache/wanmi')
// Also for programs that tests start, and for the database.
const folder = process.env['TMPDIR'] ?? memoryFolder()
if (folder !== undefined) process.env['TMPDIR'] = folder

/**
 * Tests have an embedded database. On another server, where there is one, some run again: all that
 * use a database on that of TEST_DATABASE_URL (its user must be allowed to make databases), the
 * store's own on one that is started from the system's packages.
 */
const ofStore = ['tests/store/**/*.test.ts', 'tests/registry/**/*.test.ts']
const onOther = process.env['TEST_DATABASE_URL'] ? ['tests/**/*.test.ts'] : ofStore
const hasOther =
  process.env['TEST_DATABASE_URL'] !== undefined || findSystemPostgres() !== undefined

/** Of the server that comes with Wanmi, and of no other. */
const EMBEDDED = 'tests/store/embedded*.test.ts'
const globalSetup = ['tests/support/database-server.ts']

export default defineConfig({
  test: {
    // Ten times the random cases take ten times as long, and more on a machine with other work.
    testTimeout: process.env['PROPERTY_RUNS'] ? 600_000 : 30_000,
    hookTimeout: 60_000,
    // One more than the cores it is meant for: a test often waits for a database or a browser.
    maxWorkers: 3,
    // Files that follow each other in a worker share what they import, which costs a second of a core for
    // a file with a service: no module of the service keeps what changes (tests/architecture.test.ts), and
    // every file has a database of its own.
    isolate: false,
    sequence: { sequencer: LongestFirst },
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
                exclude: [EMBEDDED],
                globalSetup,
              },
            },
          ]
        : []),
    ],
  },
})
