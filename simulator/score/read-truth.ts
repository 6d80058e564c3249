import Type, { type TSchema } from 'typebox'
import { Rejected } from '#model/error.ts'
import { schemaCheck } from '#model/schema-fault.ts'
import { parseInstant } from '#model/time.ts'
import type { TruthLine } from '#simulator/truth/truth-file.ts'

// More than so many bad lines help nobody.
const FAULTS_MAX = 10

const Text = Type.String({ minLength: 1 })
const OrNull = <Value extends TSchema>(value: Value) => Type.Union([value, Type.Null()])
const Count = Type.Integer({ minimum: 0 })

const Span = { startedAt: Text, endedAt: OrNull(Text) }

// Fields that nobody reads here may be missing, and others be there: a file may be of a later day.
const FORMS: Readonly<Record<TruthLine['type'], TSchema>> = {
  run: Type.Object({
    scenario: Text,
    citySeed: Text,
    devices: Count,
    startedAt: Text,
    endedAt: Text,
    speed: OrNull(Type.Number()),
  }),
  incident: Type.Object({
    id: Text,
    cause: Text,
    deviceIds: Type.Array(Text),
    ...Span,
    phenomena: Type.Array(
      Type.Object({
        phenomenon: Text,
        deviceId: OrNull(Text),
        ...Span,
        measured: Count,
        sent: Count,
        lost: Count,
        unseen: OrNull(Type.Enum(['no-device', 'asleep'])),
      }),
    ),
  }),
  fault: Type.Object({ deviceId: Text, fault: Text, ...Span }),
}

const CHECKS = new Map(Object.entries(FORMS).map(([type, form]) => [type, schemaCheck(form)]))

/**
 * The lines of a truth file. Empty ones are passed over.
 *
 * @param name what to call the file in a fault
 * @throws Rejected 'invalid-input' naming each bad line by its number, or saying that there is no
 *   run, or more than one
 */
export function readTruth(text: string, name: string): readonly TruthLine[] {
  const faults: string[] = []
  const lines: TruthLine[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const read = parsed(line)
    const fault = faultOf(read)
    if (fault !== undefined) faults.push(`line ${index + 1}: ${fault}`)
    else lines.push(read as TruthLine)
  }
  if (faults.length > 0) {
    const more = faults.length - FAULTS_MAX
    const told = faults.slice(0, FAULTS_MAX).join('; ')
    throw refused(name, more > 0 ? `${told}; and ${more} lines more` : told)
  }
  const runs = lines.filter(({ type }) => type === 'run').length
  if (runs !== 1) throw refused(name, `it has ${runs} lines of a run, and must have one`)
  return lines
}

const refused = (name: string, why: string): Rejected =>
  new Rejected('invalid-input', `${name}: ${why}`)

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

function faultOf(read: unknown): string | undefined {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return 'no JSON object'
  const type = 'type' in read ? String(read.type) : ''
  const check = CHECKS.get(type)
  if (!check) return `its type must be one of ${[...CHECKS.keys()].join(', ')}`
  const [form] = check(read)
  if (form) return form.detail
  const wrong = instantsOf(read).find((text) => parseInstant(text) === undefined)
  return wrong === undefined ? undefined : `${wrong} is no RFC 3339 instant`
}

function instantsOf(line: object): readonly string[] {
  const {
    startedAt,
    endedAt,
    phenomena = [],
  } = line as {
    readonly startedAt: string
    readonly endedAt: string | null
    readonly phenomena?: readonly object[]
  }
  return [startedAt, ...(endedAt === null ? [] : [endedAt]), ...phenomena.flatMap(instantsOf)]
}
