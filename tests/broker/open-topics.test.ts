import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FilterTree } from '#broker/open/filter-tree.ts'
import { OpenTopics } from '#broker/open/open-topics.ts'
import { coversFilter, isTopicFilter } from '#broker/open/topic-filter.ts'

/** [filter, topic, whether it matches] (MQTT 3.1.1, 4.7) */
const MATCHES: readonly (readonly [string, string, boolean])[] = [
  ['a/+', 'a/', true],
  ['a/+', 'a', false],
  ['a/+', 'a/b', true],
  ['a/+', 'a/b/c', false],
  ['+', 'a', true],
  ['+', '/a', false],
  ['/+', '/a', true],
  ['+/+', '/a', true],
  ['+/+', '/', true],
  ['#', 'a/b/c', true],
  ['#', '/', true],
  ['a/#', 'a', true],
  ['a/#', 'a/', true],
  ['a/#', 'a/b/c', true],
  ['a/#', 'ab', false],
  ['a/+/#', 'a', false],
  ['a/+/c', 'a//c', true],
  ['a', 'A', false],
  ['a', 'a/', false],
  ['#', '$x/y', false],
  ['+/y', '$x/y', false],
  ['$x/#', '$x/y', true],
  ['$x/+', '$x/y', true],
  ['井盖/+', '井盖/一', true],
]

function treeOf(filters: readonly string[]): FilterTree<string> {
  const tree = new FilterTree<string>()
  for (const filter of filters) tree.set(filter, filter, 0)
  return tree
}

describe('a filter', () => {
  test.each(MATCHES)('%s, topic %s: %s', (filter, topic, isMatch) => {
    expect(coversFilter(filter, topic)).toBe(isMatch)
    expect(treeOf([filter]).match(topic).has(filter)).toBe(isMatch)
  })

  test.each([
    ['a#', false],
    ['a/#/b', false],
    ['#/a', false],
    ['a+', false],
    ['+a/b', false],
    ['a/b+/c', false],
    ['', false],
    ['/', true],
    ['+', true],
    ['+/a/#', true],
    ['//', true],
    ['/'.repeat(200), true],
    ['/'.repeat(201), false],
  ])('%s is one: %s', (filter, isOne) => {
    expect(isTopicFilter(filter)).toBe(isOne)
  })

  const level = fc.constantFrom('a', 'b', '', '$a', '中')
  const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
  const filters = fc
    .tuple(
      fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([levels, isOpen]) => [...levels, ...(isOpen ? ['#'] : [])].join('/'))
    .filter(isTopicFilter)

  test('in the tree finds what each filter finds alone, also when others have gone', () => {
    const isKept = fc.tuple(filters, fc.boolean())
    fc.assert(
      fc.property(fc.array(isKept, { maxLength: 12 }), topics, (given, topic) => {
        const tree = treeOf(given.map(([filter]) => filter))
        const gone = new Set(given.flatMap(([filter, stays]) => (stays ? [] : [filter])))
        for (const filter of gone) tree.delete(filter, filter)
        const expected = given
          .map(([filter]) => filter)
          .filter((filter) => !gone.has(filter) && coversFilter(filter, topic))
        expect(new Set(tree.match(topic).keys())).toEqual(new Set(expected))
      }),
    )
  })

  test('that covers another matches whatever the other matches', () => {
    fc.assert(
      fc.property(filters, filters, topics, (outer, inner, topic) => {
        fc.pre(coversFilter(outer, inner) && coversFilter(inner, topic))
        expect(coversFilter(outer, topic)).toBe(true)
      }),
    )
  })
})

describe('open topics', () => {
  test('allow what lies whole within one of them', () => {
    const open = new OpenTopics(['city/+/light', 'shared/#'])
    expect(open.mayPublish('city/a/light')).toBe(true)
    expect(open.mayPublish('city/a/water')).toBe(false)
    expect(open.mayPublish('shared')).toBe(true)
    expect(open.maySubscribe('city/+/light')).toBe(true)
    expect(open.maySubscribe('shared/+/x')).toBe(true)
    for (const filter of ['#', 'city/#', 'city/+/+', '+/a/light', '$SYS/#']) {
      expect(open.maySubscribe(filter)).toBe(false)
    }
  })

  test('are never those of devices, whatever is configured', () => {
    const open = new OpenTopics(['#'])
    for (const topic of ['wanmi', 'wanmi/v1/cover-1/telemetry', 'wanmi/v2/x']) {
      expect(open.mayPublish(topic)).toBe(false)
      expect(open.maySubscribe(topic)).toBe(false)
    }
    expect(open.maySubscribe('wanmi/#')).toBe(false)
  })

  test.each(['a#', 'wanmi/v1/#', '$SYS/#', ''])('cannot be %s', (filter) => {
    expect(() => new OpenTopics([filter])).toThrow('MQTT_OPEN_TOPICS')
  })
})
