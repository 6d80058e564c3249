import { Command, Option } from 'commander'
import { Rejected } from '#model/error.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import { systemClock } from '#runtime/clock.ts'
import type { DeviceNaming } from '#simulator/replay/device-naming.ts'
import { loadNetwork } from '#simulator/replay/load-network.ts'
import { RECORDING_FORMATS, type RecordingFormat } from '#simulator/replay/recording.ts'
import { openSource } from '#simulator/replay/recording-source.ts'
import { replay } from '#simulator/replay/replay.ts'
import type { Shift } from '#simulator/replay/shift-of.ts'
import { surveyRecording } from '#simulator/replay/survey-recording.ts'
import { type BrokerOptions, brokerEndpoint } from './broker-endpoint.ts'
import { onInterruption } from './interruption.ts'
import { wholeNumber } from './option-values.ts'
import { devicesOf, type SecretOptions } from './replay-devices.ts'
import { replayDisplay } from './replay-display.ts'
import { deviceId, devicePrefix, shift, speed, zone } from './replay-values.ts'

interface Options extends BrokerOptions, SecretOptions {
  readonly kind: string
  readonly device?: string
  readonly deviceColumn?: string
  readonly devicePrefix: string
  readonly map?: readonly string[]
  readonly time?: string
  readonly zone: string
  readonly format?: RecordingFormat
  readonly encoding: string
  readonly delimiter: string
  readonly motion?: boolean
  readonly shift: Shift
  readonly speed: number | null
  readonly network?: string
  readonly qos: '0' | '1'
  readonly window: number
  readonly array: number
  readonly json?: boolean
}

/** `wanmi replay FILE`: a recording goes through the service as the devices it is of. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('publish a recording (CSV, NDJSON or GPX, also gzipped) over MQTT as its devices')
    .argument('<file>', 'the recording')
    .addOption(
      new Option('--kind <kind>', 'kind of the devices').choices(KIND_NAMES).makeOptionMandatory(),
    )
    .option('--device <id>', 'all rows are of this device; registered when it is not yet', deviceId)
    .option(
      '--device-column <column>',
      'each row is of the device this column names (GPX: name is the name of the track)',
    )
    .option('--device-prefix <text>', 'put before the names of that column', devicePrefix, '')
    .option(
      '--map <column=channel...>',
      'which column is which channel: column=channel, column[unit]=channel or column=channel*factor+offset (default: columns that have the name of a channel)',
    )
    .option('--time <column>', 'column of the time (default: the first with a usual name)')
    .option('--zone <offset>', 'zone of times that name none', zone, '+08:00')
    .addOption(
      new Option('--format <name>', 'what the file is (default: by what it holds)').choices(
        RECORDING_FORMATS,
      ),
    )
    .option('--encoding <name>', 'of the text, such as gb18030', 'utf-8')
    .option('--delimiter <text>', 'between the fields of a CSV file', ',')
    .option('--motion', 'work out speed and heading from fix to fix')
    .addOption(
      new Option(
        '--shift <how>',
        'none; a span such as 7d or -12h; or now: move all times so that the newest is now, at --speed 1 the first',
      )
        .argParser(shift)
        .default('none'),
    )
    .addOption(
      new Option('--speed <factor>', 'as many times as fast as recorded, or max')
        .argParser(speed)
        .default(null, 'max'),
    )
    .option(
      '--network <scenario>',
      'let the network of a scenario, or of a file, do its worst on top',
    )
    .addOption(
      new Option('--qos <level>', 'MQTT quality of service').choices(['0', '1']).default('1'),
    )
    .option('--window <n>', 'most messages of a device in flight', wholeNumber(1, 60_000), 200)
    .option('--array <n>', 'readings of a device in one message', wholeNumber(1, 1_000), 1)
    .option('--secret <secret>', 'of the device, or of all of them')
    .option('--secrets <file>', 'CSV of id and secret: those known, to which new ones are added')
    .option('--rotate-secret', 'give devices that are registered another secret')
    .option('--no-register', 'do not look into the registry; needs --secret or --secrets')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--mqtt <url>', 'mqtt:// or mqtts:// (default: MQTT_PORT on this machine)')
    .option('--tls-ca <file>', 'authority that signed the certificate of the broker, PEM')
    .option('--tls-insecure', 'take any certificate of the broker')
    .option('--json', 'the summary as JSON')
    .action(replayFile)
}

async function replayFile(file: string, options: Options): Promise<void> {
  const { window, array, shift, speed, zone, encoding, delimiter, kind, map = [] } = options
  const endpoint = brokerEndpoint(options)
  if (!options.register && options.secret === undefined && options.secrets === undefined) {
    throw new Rejected('invalid-input', '--no-register needs --secret or --secrets')
  }
  const naming = namingOf(options)
  const network = options.network === undefined ? null : loadNetwork(options.network)
  const [format, timeColumn] = [options.format ?? null, options.time ?? null]
  const motion = options.motion ?? false
  const text = { file, format, encoding, delimiter, timeColumn, zone }
  const source = await openSource({ ...text, kind, naming, map, motion })
  const stopping = new AbortController()
  const { signal } = stopping
  const stopListening = onInterruption(() => stopping.abort())
  const display = replayDisplay(options.json ?? false)
  try {
    const survey = await surveyRecording(source, signal)
    if (signal.aborted) return
    const devices = await devicesOf(options, kind, survey, signal)
    const summary = await replay({
      source,
      survey,
      devices,
      network,
      shift,
      speed,
      window,
      array,
      endpoint,
      signal,
      qos: options.qos === '0' ? 0 : 1,
      clock: systemClock,
      onProgress: (progress) => display.show(progress),
    })
    display.close()
    display.summarize(summary)
    if (summary.published > summary.acknowledged) process.exitCode = 1
  } finally {
    display.close()
    stopListening()
  }
}

function namingOf({ device, deviceColumn: column, devicePrefix: prefix }: Options): DeviceNaming {
  if ((device === undefined) === (column === undefined)) {
    throw new Rejected('invalid-input', 'give either --device or --device-column')
  }
  if (device !== undefined && prefix !== '') {
    throw new Rejected('invalid-input', '--device-prefix goes with --device-column')
  }
  return column === undefined ? { id: device ?? '' } : { column, prefix }
}
