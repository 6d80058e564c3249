import { Command, Option } from 'commander'
import { Rejected } from '#model/error.ts'
import type { CaseImportCount } from '#model/outside-case.ts'
import { COORDINATE_SYSTEMS } from '#model/place.ts'
import { type CaseFileFormat, formatOfFile, MEDIA_TYPES } from './case-file-format.ts'
import { exportCases } from './cases-export.ts'
import { openFile } from './open-file.ts'
import { refusedLine } from './refused-line.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'
import { type UploadAnswer, upload } from './upload.ts'
import { uploadDisplay } from './upload-display.ts'

/** `wanmi cases`: cases as files, for other platforms and from them. */
export function casesCommand(): Command {
  const command = new Command('cases').description('cases as files that other platforms read')
  reached(command.command('export'))
    .description('write cases to a file, the newest first')
    .argument('[file]', 'CSV or JSON lines; - or none writes to standard output', '-')
    .addOption(formatOption())
    .option('--state <states>', 'only those in these states, by commas')
    .option('--kind <kind>', 'only those about a part, or an event')
    .option('--source <source>', 'only those that came so')
    .option('--area <code>', 'only those of a district, street, community or unit grid')
    .option('--department <id>', 'only those it handles')
    .option('--class <digits>', 'only those of this class')
    .option('--from <instant>', 'only those reported then or later')
    .option('--to <instant>', 'only those reported before')
    .option('--text <words>', 'only those with these words')
    .action(exportCases)
  reached(command.command('import'))
    .description('take over the cases of another platform, and follow those taken over before')
    .argument('<file>', 'CSV or JSON lines; - reads standard input')
    .requiredOption('--system <name>', 'the platform they come from')
    .option('--dry-run', 'only say what would be')
    .addOption(formatOption())
    .option('--encoding <charset>', 'of the file: utf-8, gb18030 (GBK, GB2312), utf-16le', 'utf-8')
    .addOption(
      new Option('--coordinates <system>', 'of the file')
        .choices([...COORDINATE_SYSTEMS])
        .default('wgs84'),
    )
    .action(importCases)
  return command
}

const formatOption = (): Option =>
  new Option('--format <format>', 'when the name of the file does not tell').choices(
    Object.keys(MEDIA_TYPES),
  )

const reached = (command: Command): Command =>
  command
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')

interface ImportOptions {
  readonly system: string
  readonly dryRun?: boolean
  readonly format?: CaseFileFormat
  readonly encoding: string
  readonly coordinates: string
  readonly api?: string
  readonly token?: string
}

async function importCases(file: string, options: ImportOptions): Promise<void> {
  const format = formatOfFile(file, options.format)
  if (format === undefined) {
    throw new Rejected('invalid-input', `is ${file} CSV or JSON lines? Give --format csv or ndjson`)
  }
  const address = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  const { body, length_bytes } = await openFile(file)
  const display = uploadDisplay(length_bytes)
  const query = new URLSearchParams({
    system: options.system,
    dryRun: String(options.dryRun === true),
    coordinates: options.coordinates,
  })
  try {
    const answer = await upload(address, {
      path: `/api/v1/cases/import?${query.toString()}`,
      contentType: `${MEDIA_TYPES[format]}; charset=${options.encoding}`,
      body,
      length_bytes,
      onProgress: (bytes) => display.show(bytes),
    })
    display.close()
    printCount(answer)
  } finally {
    display.close()
  }
}

/** What was taken also of a file that broke off, and then why. */
function printCount({ status, body }: UploadAnswer): void {
  const answer = body as Partial<CaseImportCount> & { readonly detail?: string }
  const { rows, opened = 0, updated = 0, unchanged = 0, rejected = 0, dryRun } = answer
  if (!Array.isArray(rows)) {
    const code = status === 401 ? 'unauthorized' : status === 403 ? 'forbidden' : 'invalid-input'
    throw new Rejected(code, answer.detail ?? `the service answered ${status}`)
  }
  for (const row of rows) console.log(refusedLine(row))
  const unnamed = rejected - rows.length
  if (unnamed > 0) console.log(`and ${unnamed} more rows that are refused`)
  const verb = dryRun === true ? 'would be ' : ''
  console.log(
    `${opened} cases ${verb}taken over, ${updated} ${verb}brought up to date, ${unchanged} unchanged, ${rejected} rows refused.`,
  )
  if (status >= 400) {
    console.error(answer.detail ?? `the service answered ${status}`)
  }
  if (rejected > 0 || status >= 400) process.exitCode = 1
}
