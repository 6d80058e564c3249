import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { Rejected } from '#model/error.ts'
import { epochMs, parseInstant } from '#model/time.ts'
import {
  openSource,
  type RecordingSource,
  type SourceOptions,
} from '#simulator/replay/recording-source.ts'
import { type ReplayOptions, type ReplayProgress, replay } from '#simulator/replay/replay.ts'
import { type RecordingSurvey, surveyRecording } from '#simulator/replay/survey-recording.ts'
import { FakeBroker } from './fake-broker.ts'

export const now = epochMs(Date.parse('2026-11-23T00:00:00Z'))

/** A recording that is there until the test is done. */
export async function fileOf(content: string | Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wanmi-replay-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'recording-0')
  await writeFile(file, content)
  return file
}

type Options = Partial<SourceOptions & Omit<ReplayOptions, 'source' | 'survey' | 'devices'>>

const openFor = (file: string, options: Options): Promise<RecordingSource> =>
  openSource({
    file,
    kind: 'pipe-gauge',
    map: ['level=level_mm'],
    naming: { id: 'gauge-1' },
    format: null,
    encoding: 'utf-8',
    timeColumn: null,
    zone: '+08:00',
    delimiter: ',',
    motion: false,
    ...options,
  })

export async function surveyOf(content: string, options: Options = {}): Promise<RecordingSurvey> {
  const source = await openFor(await fileOf(content), options)
  return surveyRecording(source, new AbortController().signal)
}

export async function optionsOf(
  broker: FakeBroker,
  file: string,
  options: Options = {},
): Promise<ReplayOptions> {
  const source = await openFor(file, options)
  const { signal = new AbortController().signal } = options
  const survey = await surveyRecording(source, signal)
  return {
    source,
    survey,
    devices: survey.devices.map(({ id }) => ({ id, secret: `secret of ${id}` })),
    endpoint: { host: '127.0.0.1', port: broker.port },
    shift: 'none',
    speed: null,
    network: null,
    qos: 1,
    window: 20,
    array: 1,
    clock: { now: () => now },
    signal,
    ...options,
  }
}

interface Outcome {
  readonly summary: ReplayProgress
  readonly readings: readonly Readonly<Record<string, unknown>>[]
  readonly broker: FakeBroker
}

export async function replayed(content: string | Buffer, options: Options = {}): Promise<Outcome> {
  await using broker = await FakeBroker.open()
  const summary = await replay(await optionsOf(broker, await fileOf(content), options))
  const readings = broker.published.flatMap(({ packet }) => jsonOf(packet.payload) ?? [])
  return { summary, readings, broker }
}

export async function refusal(content: string, options: Options): Promise<string> {
  try {
    await replayed(content, options)
    return 'accepted'
  } catch (error) {
    return error instanceof Rejected ? error.message : 'an error of another kind'
  }
}

export const at = (text: string): number => parseInstant(text) ?? Number.NaN

/** What a message says; undefined for rubbish. */
export function jsonOf(payload: string | Buffer): ReturnType<typeof JSON.parse> {
  try {
    return JSON.parse(payload.toString())
  } catch {
    return undefined
  }
}
