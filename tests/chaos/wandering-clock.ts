/**
 * Loaded before a program (`node --import`), this lets its clock of the wall be put forward and back
 * while it runs: by as many milliseconds as the file named by CHAOS_CLOCK says. Its timers go on as
 * ever, as they do on a machine whose clock is set.
 */
import { readFileSync } from 'node:fs'

const file = process.env['CHAOS_CLOCK'] ?? ''
const LOOK_MS = 20
const RealDate = Date
const now = RealDate.now.bind(RealDate)
let offset_ms = 0

const look = (): void => {
  const text = readFileSync(file, 'utf8')
  if (text !== '') offset_ms = Number(text)
}
look()
setInterval(look, LOOK_MS).unref()

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given: unknown[], called) =>
    Reflect.construct(target, given.length === 0 ? [now() + offset_ms] : given, called) as object,
  get: (target, name, receiver) =>
    name === 'now' ? () => now() + offset_ms : (Reflect.get(target, name, receiver) as unknown),
})
