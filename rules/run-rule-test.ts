import { Compile } from 'typebox/compile'
import { parseDocument, type Tags } from 'yaml'
import { messageOf, Rejected } from '#model/error.ts'
import { selects } from '#model/selects.ts'
import {
  type DurationMs,
  type EpochMs,
  epochMs,
  milliseconds,
  parseDuration,
  parseInstant,
} from '#model/time.ts'
import { bindRule, type City } from './bind-rule.ts'
import type { ParsedRule } from './parse-rule.ts'
import { type RuleTest, RuleTestDocument, type TestDevice } from './rule-test-document.ts'
import type { ScheduleSetting } from './schedule/resolve-schedule.ts'
import { SpanFold } from './span-fold.ts'
import { testCity, testParams } from './test-city.ts'
import { type TestTime, testDevice, testKind, testSamples } from './test-device.ts'
import { type TestFinding, testGroups } from './test-groups.ts'
import { foundEpisode, foundGroup, wantedEpisode, wantedGroup } from './test-words.ts'

const validator = Compile(RuleTestDocument)

export interface RuleTestResult {
  readonly rule: string
  readonly name: string
  /** Undefined when the rule found what it should; else what was expected and what was found. */
  readonly fault: string | undefined
}

/**
 * Runs every test of one file against its rule.
 *
 * @param file what to call the file in a fault
 * @throws Rejected `invalid-input` with the path, when the file is no test of one of these rules
 */
export function runRuleTests(
  text: string,
  file: string,
  rules: readonly ParsedRule[],
  schedules: ScheduleSetting['schedules'],
): readonly RuleTestResult[] {
  const document = parseRuleTests(text, file)
  const rule = rules.find(({ rule: { id } }) => id === document.rule)
  if (!rule) throw refused(file, `there is no rule ${document.rule}`)
  return document.tests.map((test, index) => {
    const trial = new Trial(rule, test, schedules, `${file}: /tests/${index}`)
    return { rule: document.rule, name: test.name, fault: trial.fault() }
  })
}

/** The tests of a file, of the right form. @throws Rejected `invalid-input` with the path */
export function parseRuleTests(text: string, file: string): RuleTestDocument {
  const document = parseDocument(text, { customTags: withoutHex })
  const [syntax] = document.errors
  if (syntax) throw refused(file, syntax.message.split('\n', 1)[0] ?? 'no YAML')
  const value: unknown = document.toJS()
  if (validator.Check(value)) return value
  const faults = validator
    .Errors(value)
    .map(({ instancePath, message }) => `${instancePath || 'the document'} ${message}`)
  throw refused(file, faults.join('; '))
}

/** `0x13` is thirteen times nothing here, and not nineteen. */
const withoutHex = (tags: Tags): Tags =>
  tags.filter((tag) => typeof tag !== 'object' || tag.format !== 'HEX')

/** One test of one rule. */
class Trial {
  readonly #rule: ParsedRule
  readonly #test: RuleTest
  readonly #path: string
  readonly #time: TestTime
  readonly #reportingInterval: DurationMs
  readonly #city: Omit<City, 'effective'>

  constructor(
    rule: ParsedRule,
    test: RuleTest,
    schedules: ScheduleSetting['schedules'],
    path: string,
  ) {
    const { start = MONDAY, interval, reportingInterval = interval } = test
    const at = parseInstant(start)
    if (at === undefined) throw refused(path, '/start is no RFC 3339 instant with a zone')
    if (span(interval) <= 0) throw refused(path, '/interval is longer than nothing')
    this.#rule = rule
    this.#test = test
    this.#path = path
    this.#time = { start: at, interval: span(interval) }
    this.#reportingInterval = span(reportingInterval)
    this.#city = testCity(test, schedules, at)
  }

  /** What was expected and what was found, where that is not the same. */
  fault(): string | undefined {
    const { episodes, groups } = this.#test
    if (!episodes && !groups) throw refused(this.#path, 'expects neither `episodes` nor `groups`')
    this.#checkNames()
    this.#checkBreaks()
    const [findings, end] = this.#findings()
    const faults = [
      episodes && this.#episodeFault(findings),
      groups &&
        difference(
          'group',
          groups.map(wantedGroup),
          testGroups(this.#rule, findings, end).map((group) => foundGroup(group, this.#time.start)),
        ),
    ].filter((each) => each !== undefined)
    return faults.length === 0 ? undefined : faults.join('\n')
  }

  #checkNames(): void {
    const { devices, episodes = [], groups = [], device, series, track } = this.#test
    const beside = Object.entries({ device, series, track }).find(([, part]) => part !== undefined)
    if (devices && beside) {
      throw refused(this.#path, `/${beside[0]} means nothing beside \`devices\``)
    }
    if (!devices && !series && track === undefined) {
      throw refused(this.#path, 'has no `series`, `track` or `devices`')
    }
    const { rule } = this.#rule
    if (groups.length > 0 && !rule.mass && !rule.neighbours) {
      throw refused(this.#path, `/groups: ${rule.id} looks at each device by itself`)
    }
    const known = new Set(Object.keys(devices ?? {}))
    for (const [index, { device: name }] of episodes.entries()) {
      const isRight = devices ? name !== undefined && known.has(name) : name === undefined
      if (!isRight) throw refused(this.#path, `/episodes/${index}/device is not one of \`devices\``)
    }
    for (const [index, { devices: names }] of groups.entries()) {
      const strange = names.find((name) => !known.has(name))
      if (strange === undefined) continue
      throw refused(this.#path, `/groups/${index}/devices: ${strange} is not one of \`devices\``)
    }
  }

  #checkBreaks(): void {
    let before = 0
    for (const [index, { from, to }] of (this.#test.breaks ?? []).entries()) {
      if (span(from) < before || span(to) <= span(from)) {
        throw refused(this.#path, `/breaks/${index}: they ascend, each from before to after`)
      }
      before = span(to)
    }
  }

  #episodeFault(findings: readonly TestFinding[]): string | undefined {
    const { devices = {}, episodes = [] } = this.#test
    const order = Object.keys(devices)
    // By device, as they are found; those of one device in the order in which they stand.
    const wanted = episodes.toSorted(
      (a, b) => order.indexOf(a.device ?? '') - order.indexOf(b.device ?? ''),
    )
    const found = findings.flatMap(({ device, stretches }) =>
      stretches.map((stretch) => ({ name: this.#test.devices && device.id, stretch })),
    )
    return difference(
      'episode',
      wanted.map(wantedEpisode),
      found.map(({ name, stretch }, index) =>
        foundEpisode(name, stretch, this.#time.start, wanted[index]),
      ),
    )
  }

  #findings(): readonly [readonly TestFinding[], EpochMs] {
    const { devices, device = {}, series, track, until } = this.#test
    const readings = {
      ...(series === undefined ? {} : { series }),
      ...(track === undefined ? {} : { track }),
    }
    const given = devices
      ? Object.entries(devices).map(([name, one]) => [name, one, `/devices/${name}`] as const)
      : [['device', { ...device, ...readings }, ''] as const]
    const parties = given.flatMap(([name, one, path]) => this.#party(name, one, path) ?? [])
    const { start } = this.#time
    const last = Math.max(
      start,
      ...parties.map(({ samples }) => samples.at(-1)?.measuredAt ?? start),
    )
    const end = epochMs(until === undefined ? last : start + span(until))
    const findings = parties.map(({ fold, samples, ...facts }): TestFinding => {
      fold.prime([], true)
      for (const sample of samples) fold.feed(sample)
      fold.waitUntil(end)
      return { ...facts, isHeard: samples.length > 0, stretches: fold.stretches }
    })
    return [findings, end]
  }

  /** Undefined for a device that the rule is not for. */
  #party(name: string, given: TestDevice, path: string) {
    const { rule, compiled: all } = this.#rule
    const kind = testKind(this.#rule, given)
    const compiled = all.find((each) => each.kind === kind)
    if (!kind || !compiled) {
      throw refused(this.#path, `${path}/kind: ${rule.id} is for ${rule.kinds.join(', ')}`)
    }
    const samples = this.#samples(path, () => testSamples(kind, given, this.#time))
    const device = testDevice(name, kind, given, this.#reportingInterval)
    // A device of which nothing is said is one that the rule is for.
    const isDescribed = this.#test.device !== undefined || this.#test.devices !== undefined
    if (isDescribed && !selects(rule.where, device)) return undefined
    const params = { ...this.#test.params, ...given.params }
    const strange = Object.keys(params).find((param) => !Object.hasOwn(rule.params, param))
    if (strange) throw refused(this.#path, `${path}/params: ${rule.id} has no parameter ${strange}`)
    const bearing = {
      effective: testParams(rule, params),
      interval: this.#reportingInterval,
    }
    const fold = new SpanFold(bindRule(compiled, bearing, this.#city), this.#time.start)
    return { device, compiled, samples, fold }
  }

  #samples<Value>(path: string, make: () => Value): Value {
    try {
      return make()
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause
      throw refused(this.#path, `${path}${messageOf(cause)}`)
    }
  }
}

const span = (text: string): DurationMs => parseDuration(text) ?? milliseconds(0)

/** Where no other is said: a Monday at midnight in China. */
const MONDAY = '2026-01-05T00:00:00+08:00'

function difference(
  what: string,
  expected: readonly string[],
  found: readonly string[],
): string | undefined {
  const [one, other] = [expected.join('\n'), found.join('\n')]
  if (one === other) return undefined
  return `expected ${one || `no ${what}`}\nfound    ${other || `no ${what}`}`
}

const refused = (file: string, reason: string): Rejected =>
  new Rejected('invalid-input', `${file}: ${reason}`)
