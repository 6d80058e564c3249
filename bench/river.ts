/**
 * Holds a threshold rule to a real recording of a level: what the fold and the whole service find,
 * however the readings arrive, beside what a plain loop over the sorted series tells.
 *
 * `npm run bench -- river --file FILE.csv.gz [--time COLUMN] [--level COLUMN] [--factor MM] [--mark MM]`
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startService } from '#main.ts'
import { readConfig } from '#runtime/config.ts'
import { createLogger } from '#runtime/logger.ts'
import { fraction, splitRandom } from '#simulator/random/random.ts'
import { foldLevels } from './river/fold-levels.ts'
import { inOrder, intervalsAbove, readLevels } from './river/level-series.ts'
import { thresholdRule, throughService } from './river/through-service.ts'

const { values } = parseArgs({
  options: {
    file: { type: 'string' },
    time: { type: 'string', default: '_time' },
    level: { type: 'string', default: 'water_height_mm' },
    factor: { type: 'string', default: '1000' },
    mark: { type: 'string', default: '1500' },
    seed: { type: 'string', default: 'river' },
  },
})
if (!values.file) {
  console.error('--file is needed: a CSV of a level over time, packed or not')
  process.exit(2)
}
const { time, level } = values
const mark_mm = Number(values.mark)
const levels = readLevels(values.file, { time, level, factor: Number(values.factor) })
const expected = intervalsAbove(levels, mark_mm)
const same = (found: unknown): string =>
  JSON.stringify(found) === JSON.stringify(expected) ? 'the same' : 'NOT THE SAME'

console.log({
  rows: levels.length,
  distinct: inOrder(levels).length,
  mark_mm,
  'intervals by a plain loop': expected.length,
  'by the fold': same(foldLevels(levels, mark_mm)),
})

const folder = await mkdtemp(join(tmpdir(), 'wanmi-river-'))
await mkdir(join(folder, 'rules'))
await writeFile(join(folder, 'rules', 'river-above-mark.yaml'), thresholdRule(mark_mm))
const token = 'token-of-the-bench'
const service = await startService(
  readConfig({
    HTTP_HOST: '127.0.0.1',
    MQTT_HOST: '127.0.0.1',
    HTTP_PORT: '0',
    MQTT_PORT: '0',
    DATA_DIR: join(folder, 'data'),
    RULES_DIR: join(folder, 'rules'),
    INGEST_MAX_AGE_DAYS: '36500',
  }),
  token,
  createLogger('warn'),
)
try {
  const random = splitRandom(values.seed)
  const [mqttUrl = ''] = service.mqttUrls
  const passages = await throughService(
    { api: service.httpUrl, mqttUrl, token },
    levels,
    mark_mm,
    () => fraction(random),
  )
  console.table(
    passages.map(({ disorder, messages, found }) => ({
      'readings sent': disorder,
      messages,
      'intervals found': found.length,
      'beside the loop': same(found),
    })),
  )
  if (passages.some(({ found }) => same(found) !== 'the same')) process.exitCode = 1
} finally {
  await service.stop()
  await rm(folder, { recursive: true, force: true })
}
