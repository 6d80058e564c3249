import { Command, InvalidArgumentError, Option } from 'commander'
import { isDeviceId } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { KIND_NAMES } from '#model/kinds.ts'
import { systemClock } from '#runtime/clock.ts'
import { ensureDevice } from '#simulator/registry/ensure-device.ts'
import { openSource, type RecordingSource } from '#simulator/replay/recording-source.ts'
import { type ReplayOptions, replay } from '#simulator/replay/replay.ts'
import { usualInterval } from '#simulator/replay/usual-interval.ts'
import { type BrokerOptions, brokerEndpoint } from './broker-endpoint.ts'
import { onInterruption } from './interruption.ts'
import { positiveNumber, wholeNumber } from './option-values.ts'
import { replayDisplay } from './replay-display.ts'
import { defaultApiUrl, serviceAddress } from './service-address.ts'

interface Options extends BrokerOptions {
  readonly kind: string
  readonly device: string
  readonly map?: readonly string[]
  readonly time?: string
  readonly zone: string
  readonly delimiter: string
  readonly motion?: boolean
  readonly shift: ReplayOptions['shift']
  readonly speed: number | null
  readonly qos: '0' | '1'
  readonly window: number
  readonly array: number
  readonly secret?: string
  readonly rotateSecret?: boolean
  readonly register: boolean
  readonly api?: string
  readonly token?: string
  readonly json?: boolean
}

/** `wanmi replay FILE`: a recording goes through the service as one device. */
export function replayCommand(): Command {
  return new Command('replay')
    .description('publish a recording (CSV or GPX, also gzipped) over MQTT as one device')
    .argument('<file>', 'the recording')
    .addOption(
      new Option('--kind <kind>', 'kind of device').choices(KIND_NAMES).makeOptionMandatory(),
    )
    .requiredOption('--device <id>', 'id of the device; registered when it is not yet', deviceId)
    .option(
      '--map <column=channel...>',
      'which column is which channel; column=channel*1000 converts',
    )
    .option('--time <column>', 'column of the time (default: the first with a usual name)')
    .option('--zone <offset>', 'zone of times that name none', zone, '+08:00')
    .option('--delimiter <text>', 'between the fields of a CSV file', ',')
    .option('--motion', 'work out speed and heading from fix to fix')
    .addOption(
      new Option(
        '--shift <how>',
        'now: move all times so that the newest is now, at --speed 1 the first',
      )
        .choices(['none', 'now'])
        .default('none'),
    )
    .addOption(
      new Option('--speed <factor>', 'as many times as fast as recorded, or max')
        .argParser(speed)
        .default(null, 'max'),
    )
    .addOption(
      new Option('--qos <level>', 'MQTT quality of service').choices(['0', '1']).default('1'),
    )
    .option('--window <n>', 'most messages in flight', wholeNumber(1, 60_000), 200)
    .option('--array <n>', 'readings in one message', wholeNumber(1, 1_000), 1)
    .option('--secret <secret>', 'of the device')
    .option('--rotate-secret', 'give a device that is registered another secret')
    .option('--no-register', 'do not look into the registry; needs --secret')
    .option('--api <url>', 'where the service is (default: HTTP_PORT on this machine)')
    .option('--token <token>', 'of the service (default: ADMIN_TOKEN or DATA_DIR/admin-token)')
    .option('--mqtt <url>', 'mqtt:// or mqtts:// (default: MQTT_PORT on this machine)')
    .option('--tls-ca <file>', 'authority that signed the certificate of the broker, PEM')
    .option('--tls-insecure', 'take any certificate of the broker')
    .option('--json', 'the summary as JSON')
    .action(replayFile)
}

async function replayFile(file: string, options: Options): Promise<void> {
  const {
    device,
    kind,
    window,
    array,
    motion = false,
    delimiter,
    shift,
    speed,
    zone,
    map = [],
  } = options
  const endpoint = brokerEndpoint(options)
  if (!options.register && options.secret === undefined) {
    throw new Rejected('invalid-input', '--no-register needs --secret')
  }
  const timeColumn = options.time ?? null
  const source = await openSource({ file, kind, map, motion, delimiter, timeColumn })
  const secret = await secretOf(options, source)
  const stopping = new AbortController()
  const stopListening = onInterruption(() => stopping.abort())
  const display = replayDisplay(options.json ?? false)
  try {
    const summary = await replay({
      source,
      motion,
      shift,
      speed,
      zone,
      window,
      array,
      endpoint,
      device: { id: device, secret },
      qos: options.qos === '0' ? 0 : 1,
      clock: systemClock,
      signal: stopping.signal,
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

async function secretOf(options: Options, source: RecordingSource): Promise<string> {
  const { device: id, kind, secret, rotateSecret: rotate = false, register, zone } = options
  if (!register && secret !== undefined) return secret
  const service = await serviceAddress(options.api ?? defaultApiUrl(), options.token)
  const interval = await usualInterval(source.rows(), zone)
  const ensured = await ensureDevice(service, { id, kind, secret, rotate, interval })
  if (ensured.registered === 'now' || rotate) {
    console.error(
      `${id} ${rotate ? 'has another' : 'is registered; its'} secret: ${ensured.secret}`,
    )
  }
  return ensured.secret
}

function deviceId(text: string): string {
  if (isDeviceId(text)) return text
  throw new InvalidArgumentError('It must be 1 to 64 of A-Za-z0-9._:-.')
}

function zone(text: string): string {
  if (/^(?:Z|[+-]\d{2}:\d{2})$/.test(text)) return text
  throw new InvalidArgumentError('It must be Z or an offset such as +08:00.')
}

const speed = (text: string): number | null => (text === 'max' ? null : positiveNumber(text))
