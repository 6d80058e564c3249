import { describe, expect, test } from 'vitest'
import { hours, minutes, seconds } from '#model/time.ts'
import { parseScenario } from '#simulator/scenario/parse-scenario.ts'
import { loadScenario, shippedScenarios } from '#simulator/scenario/shipped-scenarios.ts'

const GOOD = `
id: trial
title: { en: trial, zh: 试验 }
fleet: { devices: 20, interval: { manhole-cover: 30s } }
start: '2026-07-14T18:00:00+08:00'
duration: 2h
speed: max
weather: { low_celsius: 18, high_celsius: 31, rain: [{ at: 30m, lasts: 1h, peak_mm_h: 60 }] }
incidents:
  scheduled: [{ cause: lid-open, at: 10m, lasts: 20m, strength: 0.5 }]
  random: { every: { uniform: [1m, 5m] }, causes: [bin-fire] }
sensors: { stuck: { share: 0.1, every: { exponential: 1h }, lasts: { constant: 5m } } }
network:
  loss: 0.01
  delay: { lognormal: { median: 200ms, spread: 2 } }
  outages: [{ share: 0.2, at: 1h, lasts: { constant: 20m }, flush: reversed, array: 50 }]
`

/** The document with parts of it, each from its key on, put in place of those of the same key. */
function changed(...parts: readonly string[]): string {
  const keyOf = (part: string): string => part.slice(0, part.indexOf(':'))
  const old = GOOD.trim().split(/\n(?=\S)/)
  const kept = old.filter((part) => !parts.some((other) => keyOf(other) === keyOf(part)))
  return [...kept, ...parts].join('\n')
}

describe('a scenario file', () => {
  test('means what it says, with the usual where it is silent', () => {
    const scenario = parseScenario(GOOD, 'trial.yaml')
    expect(scenario).toMatchObject({
      id: 'trial',
      seed: '1',
      city: { seed: '1', from: 'seed' },
      day: 'workday',
      speed: null,
      duration: hours(2),
      weather: { rain: [{ at: minutes(30), lasts: hours(1), peak_mm_h: 60 }] },
      sensors: { bias: null, stuck: { share: 0.1, every: { exponential: hours(1) } } },
      network: { loss: 0.01, duplicate: 0, outages: [{ flush: 'reversed', around: 'anywhere' }] },
    })
    expect(scenario.fleet).toMatchObject({ qos: 1, rate: null, unwatched: 0, byChange: false })
    expect(scenario.fleet.interval['manhole-cover']).toBe(seconds(30))
    expect(scenario.fleet.interval['pipe-gauge']).toBe(minutes(5))
    expect(new Date(scenario.start).toISOString()).toBe('2026-07-14T10:00:00.000Z')
  })

  test.each([
    ['an unknown key', 'colour: red', /colour is not a field/],
    ['an unknown key deep inside', 'network: { los: 0.1 }', /network\.los is not a field/],
    ['a missing part', 'title: { en: trial }', /title\.zh is missing/],
    ['no fleet of that size', 'fleet: { devices: 0 }', /fleet\.devices/],
    ['a negative rate', 'fleet: { devices: 5, rate: -3 }', /fleet\.rate/],
    ['a kind that does not exist', 'fleet: { devices: 5, mix: { drone: 1 } }', /fleet\.mix\.drone/],
    ['a mix of nothing', 'fleet: { devices: 5, mix: { bin-sensor: 0 } }', /fleet\.mix leaves no/],
    [
      'a rate and intervals',
      'fleet: { devices: 5, rate: 3, interval: { bin-sensor: 5s } }',
      /fleet\.rate and fleet\.interval contradict/,
    ],
    ['a span without a unit', 'duration: 90', /duration must be string/],
    ['no time at all', 'duration: 0s', /duration must be more than nothing/],
    ['30 February', "start: '2026-02-30T00:00:00Z'", /start is no RFC 3339/],
    ['a start without a zone', "start: '2026-02-03T00:00:00'", /start is no RFC 3339/],
    [
      'an incident after the end',
      'incidents: { scheduled: [{ cause: lid-open, at: 3h }] }',
      /incidents\.scheduled\.0\.at is 3h after the start, when the 2h/,
    ],
    [
      'a cause that does not exist',
      'incidents: { scheduled: [{ cause: earthquake, at: 1h }] }',
      /incidents\.scheduled\.0\.cause must be one of cover-displaced/,
    ],
    [
      'a cause nobody in the fleet can have',
      'incidents: { scheduled: [{ cause: truck-astray, at: 1h }] }\nfleet: { devices: 3, mix: { bin-sensor: 1 } }',
      /truck-astray needs a refuse-truck/,
    ],
    [
      'a part without a device where there is none',
      'incidents: { scheduled: [{ cause: lid-open, at: 1h, unwatched: true }] }',
      /incidents\.scheduled\.0: nothing is unwatched/,
    ],
    [
      'rain as an incident',
      'incidents: { scheduled: [{ cause: heavy-rain, at: 1h }] }',
      /weather\.rain/,
    ],
    ['a chance above one', 'network: { loss: 1.5 }', /network\.loss/],
    [
      'an outage without a time',
      'network: { outages: [{ share: 0.1, lasts: { constant: 1h } }] }',
      /network\.outages\.0 needs either at or every/,
    ],
    [
      'a span that runs backwards',
      'network: { delay: { uniform: [5s, 1s] } }',
      /network\.delay\.uniform runs from 5s down to 1s/,
    ],
    [
      'a night hotter than the day',
      'weather: { low_celsius: 30, high_celsius: 3 }',
      /weather\.low/,
    ],
    ['no YAML', 'title: { en: [', /trial\.yaml: /],
  ])('%s is refused with its path and the reason', (_, parts, reason) => {
    const text = changed(...parts.split('\n'))
    expect(() => parseScenario(text, 'trial.yaml')).toThrow(reason)
    expect(() => parseScenario(text, 'trial.yaml')).toThrow(/^trial\.yaml: /)
  })

  test('all its faults are told at once', () => {
    const text = changed('network: { loss: 2, speed: 3 }').replace('devices: 20', 'devices: many')
    expect(() => parseScenario(text, 'x')).toThrow(
      /fleet\.devices.*network\.(loss|speed).*network\./s,
    )
  })

  test('one that is not there is answered with those that are', () => {
    expect(() => loadScenario('no-such')).toThrow(/there is no scenario no-such.*demo/)
  })

  test.each(shippedScenarios())('%s comes along and is in the file of its name', (name) => {
    expect(loadScenario(name).id).toBe(name)
  })
})
