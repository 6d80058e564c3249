import type { ASTNode } from '@marcbachmann/cel-js'
import { channelIndex } from '#model/kind.ts'
import { ruleFault } from '#model/rule-fault.ts'
import { between, type DurationMs, formatDuration, parseDuration } from '#model/time.ts'

import type { Compilation, Eval, PlaceRef, Term } from './compilation.ts'
import { VALUE_MEMORY } from './memory.ts'
import { DWELL_MAX, PLACE_ANSWERS, type PlaceAnswer } from './place-answers.ts'
import { CHANNEL_WINDOWS, channelWindow, countWindow, LONGEST_WINDOW } from './windows.ts'

type Call = ASTNode & { op: 'call' }

/** `has`, `delta`, windows over event time, and places. */
export function compileCall(node: Call, to: Compilation): Term {
  const [name, [argument, further]] = node.args
  if (name === 'has') return compileHas(argument ?? node, to)
  if (to.counting) throw to.fault('count takes a condition without functions', node.start)
  if (argument && isPlaceAnswer(name)) return compilePlace(name, node, argument, further, to)
  if (argument && further) return compileWindow(name, argument, further, to)
  if (name !== 'delta') throw to.fault(`the function ${name} is not known here`, node.start)
  const { index, unit } = channelOf('delta', argument ?? node, to)
  to.previousOf.add(index)
  return { evaluate: change(index), unit }
}

/** Whether a parameter has a value at the device, so that a rule can do without one. */
function compileHas(node: ASTNode, to: Compilation): Term {
  const index = paramOf(node, to)
  if (index === undefined) throw to.fault('has takes a parameter of the rule', node.start)
  return { evaluate: (_, __, { params }) => params[index] !== undefined, unit: null }
}

/** Since the last reading that had the channel, unless that is too long ago to say anything. */
const change =
  (index: number): Eval =>
  ({ values, measuredAt }, { known }) => {
    const now = values[index]
    const before = known[index]
    if (typeof now !== 'number' || typeof before?.value !== 'number') return undefined
    return between(before.at, measuredAt) > VALUE_MEMORY ? undefined : now - before.value
  }

function channelOf(name: string, node: ASTNode, to: Compilation) {
  if (node.op !== 'id') throw to.fault(`${name} takes one channel`, node.start)
  const { kind } = to.vocabulary
  const index = channelIndex(kind, node.args)
  if (index < 0) throw to.fault(`${name} takes one channel`, node.start)
  to.channels.add(index)
  return { index, unit: kind.channels[index]?.unit ?? null }
}

function compileWindow(name: string, argument: ASTNode, span: ASTNode, to: Compilation): Term {
  const window = windowOf(span, to)
  to.windows.add(window)
  if (name === 'count') {
    const { evaluate } = to.compile(argument, { ...to, counting: true })
    return { evaluate: countWindow(evaluate, window), unit: null }
  }
  const known = CHANNEL_WINDOWS.find((each) => each === name)
  if (!known) throw to.fault(`the function ${name} is not known here`, span.start)
  const { index, unit } = channelOf(name, argument, to)
  to.windowed.add(index)
  return {
    evaluate: channelWindow(known, index, window),
    unit: name === 'rate' && unit !== null ? `${unit}/h` : unit,
  }
}

function windowOf(node: ASTNode, to: Compilation): DurationMs {
  const literal: unknown = node.op === 'value' ? node.args : undefined
  const window = typeof literal === 'string' ? parseDuration(literal) : undefined
  if (window === undefined || window === 0) {
    throw to.fault(ruleFault('window-span'), node.start)
  }
  if (window > LONGEST_WINDOW) throw to.fault(ruleFault('window-day'), node.start)
  return window
}

const isPlaceAnswer = (name: string): name is PlaceAnswer => name in PLACE_ANSWERS

const FIX = ['lon_deg', 'lat_deg', 'speed_kmh', 'accuracy_m']

function compilePlace(
  name: PlaceAnswer,
  node: Call,
  argument: ASTNode,
  further: ASTNode | undefined,
  to: Compilation,
): Term {
  const { kind, places } = to.vocabulary
  for (const channel of FIX) {
    const index = channelIndex(kind, channel)
    if (index >= 0) to.channels.add(index)
  }
  const ref: PlaceRef = {
    area: areaOf(argument, to),
    width: name === 'corridor' && further ? widthOf(further, to) : null,
  }
  const text = JSON.stringify(ref)
  const found = places.findIndex((place) => JSON.stringify(place) === text)
  const index = found < 0 ? places.push(ref) - 1 : found
  to.lookedAtPlaces.add(index)
  const span = name === 'dwells' && further ? windowOf(further, to) : undefined
  if (name === 'dwells' && span === undefined) {
    throw to.fault("dwells takes an area and a span such as '30m'", node.start)
  }
  if (span !== undefined && span > DWELL_MAX) {
    throw to.fault(`nothing dwells for more than ${formatDuration(DWELL_MAX)}`, node.start)
  }
  const answer = PLACE_ANSWERS[name]
  return {
    unit: null,
    evaluate: (sample, { tracks }, { areas }) => {
      const area = areas[index]
      const track = area && tracks?.get(area)
      return track && answer(track, sample.measuredAt, span)
    },
  }
}

function areaOf(node: ASTNode, to: Compilation): PlaceRef['area'] {
  if (node.op === 'value' && typeof node.args === 'string') return { text: node.args }
  const param = paramOf(node, to)
  if (param === undefined) {
    throw to.fault("an area is named by a text such as 'depot', or by a parameter", node.start)
  }
  return { param }
}

function widthOf(node: ASTNode, to: Compilation): NonNullable<PlaceRef['width']> {
  const literal: unknown = node.op === 'value' ? node.args : undefined
  const metres = typeof literal === 'bigint' ? Number(literal) : literal
  if (typeof metres === 'number' && metres > 0) return { metres }
  const param = paramOf(node, to)
  if (param === undefined) throw to.fault('the width of a corridor is in metres', node.start)
  return { param }
}

function paramOf(node: ASTNode, to: Compilation): number | undefined {
  if (node.op !== '.') return undefined
  const [object, name] = node.args
  if (object.op !== 'id' || object.args !== 'params') return undefined
  const index = to.paramNames.indexOf(name)
  return index < 0 ? undefined : index
}
