import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { messageOf } from '#model/error.ts'
import { ensureConsole } from './build-console.ts'
import { FIRST_LOAD_LIMIT_BYTES, firstLoad } from './console-sizes.ts'
import { ROOT } from './console-sources.ts'
import { schemaTypes } from './schema-types.ts'

/** The step of `npm run check` that looks at the console: its types, that it builds, its size. */
async function types(): Promise<boolean> {
  const document = JSON.parse(await readFile(resolve(ROOT, 'docs/api/openapi.json'), 'utf8'))
  await writeFile(resolve(ROOT, 'web/src/api/schema.d.ts'), await schemaTypes(document as object))
  const program = createRequire(`${ROOT}/web/package.json`).resolve('vue-tsc/bin/vue-tsc.js')
  // What runs beside a page knows other names than what runs in it.
  return ['web/tsconfig.json', 'web/worker/tsconfig.json'].every((project) => {
    const args = [program, '--noEmit', '--project', resolve(ROOT, project)]
    return spawnSync(process.execPath, args, { stdio: 'inherit' }).status === 0
  })
}

async function size(): Promise<boolean> {
  await ensureConsole(() => {})
  const files = await firstLoad()
  const bytes = [...files.values()].reduce((sum, each) => sum + each, 0)
  if (files.size > 0 && bytes <= FIRST_LOAD_LIMIT_BYTES) return true
  const list = [...files].map(([file, each]) => `  ${each} ${file}`).join('\n')
  console.error(
    `the first load of the console is ${bytes} bytes by gzip and may be ${FIRST_LOAD_LIMIT_BYTES}:\n${list}`,
  )
  return false
}

try {
  if (!(await types()) || !(await size())) process.exitCode = 1
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
