import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Argument, Command, Option } from 'commander'
import { stringify } from 'csv-stringify/sync'
import { messageOf, Rejected } from '#model/error.ts'
import type { ImportReport } from '#model/import-report.ts'
import { openFile } from './open-file.ts'
import { refusedLine } from './refused-line.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'
import { type UploadAnswer, upload } from './upload.ts'
import { uploadDisplay } from './upload-display.ts'

interface ImportOptions {
  readonly partial?: boolean
  readonly format?: keyof typeof MEDIA_TYPES
  readonly encoding: string
  readonly secrets?: string
  readonly api?: string
  readonly token?: string
}

const MEDIA_TYPES = {
  csv: 'text/csv',
  geojson: 'application/geo+json',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const

const FORMATS: Readonly<Record<string, keyof typeof MEDIA_TYPES>> = {
  '.csv': 'csv',
  '.geojson': 'geojson',
  '.json': 'geojson',
  '.xlsx': 'xlsx',
}

/** `wanmi import`: devices, parts, unit grids, areas or streets and pipes from a file into the registry. */
export function importCommand(): Command {
  return new Command('import')
    .description(
      'bring devices, parts, unit grids, areas or streets and pipes from a file into the registry',
    )
    .addArgument(
      new Argument('<what>', 'what the rows are').choices([
        'devices',
        'parts',
        'grids',
        'areas',
        'lines',
      ]),
    )
    .argument('<file>', 'CSV, XLSX or GeoJSON; - reads standard input')
    .option('--partial', 'keep the rows without fault when others are refused')
    .addOption(
      new Option('--format <format>', 'when the name of the file does not tell').choices(
        Object.keys(MEDIA_TYPES),
      ),
    )
    .option('--encoding <charset>', 'of the file: utf-8, gb18030 (GBK, GB2312), utf-16le', 'utf-8')
    .option('--secrets <file>', 'write generated secrets there and not to the terminal')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .action(importFile)
}

async function importFile(what: string, file: string, options: ImportOptions): Promise<void> {
  const format = options.format ?? FORMATS[extname(file).toLowerCase()]
  if (format === undefined) {
    throw new Rejected(
      'invalid-input',
      `is ${file} CSV, XLSX or GeoJSON? Give --format csv, xlsx or geojson`,
    )
  }
  const address = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  const { body, length_bytes } = await openFile(file)
  const display = uploadDisplay(length_bytes)
  try {
    const answer = await upload(address, {
      path: `/api/v1/imports/${what}?partial=${options.partial === true}`,
      contentType:
        format === 'xlsx'
          ? MEDIA_TYPES.xlsx
          : `${MEDIA_TYPES[format]}; charset=${options.encoding}`,
      body,
      length_bytes,
      onProgress: (bytes) => display.show(bytes),
    })
    display.close()
    const report = reportOf(answer)
    printReport(what, report)
    await handOutSecrets(report.secrets, options.secrets)
    if (report.rejected > 0) process.exitCode = 1
  } finally {
    display.close()
  }
}

/** The report of the service, also the one inside the problem of a file that was not kept. */
function reportOf({ status, body }: UploadAnswer): ImportReport {
  const answer = body as Partial<ImportReport> & { readonly detail?: string }
  if (Array.isArray(answer.rows)) return answer as ImportReport
  const code = status === 401 ? 'unauthorized' : 'invalid-input'
  throw new Rejected(code, answer.detail ?? `the service answered ${status}`)
}

function printReport(what: string, report: ImportReport): void {
  for (const row of report.rows) console.log(refusedLine(row))
  const unnamed = report.rejected - report.rows.length
  if (unnamed > 0) console.log(`and ${unnamed} more rows that are refused`)
  const { committed, accepted, rejected } = report
  if (!committed) {
    console.log(`Nothing was imported: ${rejected} of ${accepted + rejected} rows are refused.`)
    console.log('Mend them, or keep the others with --partial.')
    return
  }
  const refused = rejected === 0 ? '' : `, ${rejected} rows refused`
  console.log(`${accepted} ${what} imported${refused}.`)
}

/** As CSV, so that they can be taken to where the devices are set up. */
async function handOutSecrets(
  secrets: ImportReport['secrets'],
  file: string | undefined,
): Promise<void> {
  if (secrets.length === 0) return
  const rows = stringify([...secrets], { header: true, columns: ['id', 'secret'] })
  if (file === undefined) {
    console.log('\nGenerated secrets, shown this once:')
    process.stdout.write(rows)
    return
  }
  try {
    await writeFile(file, rows, { mode: 0o600 })
    console.log(`The generated secrets are in ${file}; they are kept nowhere else.`)
  } catch (error) {
    // The only copy must not be lost with the file that could not be written.
    console.error(`${file} cannot be written (${messageOf(error)}); the generated secrets are:`)
    process.stdout.write(rows)
    process.exitCode = 1
  }
}
