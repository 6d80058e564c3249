import { setImmediate } from 'node:timers/promises'
import type { Device } from '#model/device.ts'
import {
  DEVICE_TROUBLES,
  type DeviceStanding,
  type DeviceTrouble,
  troublesOf,
} from '#model/device-trouble.ts'
import { Unavailable } from '#model/error.ts'
import type { Scope } from '#model/principal.ts'
import type { Severity } from '#model/rule.ts'
import { areaOfDevice, seesDevice } from '#model/sees-device.ts'
import type { EpochMs } from '#model/time.ts'
import type { Devices } from '#monitor/ports.ts'
import type { LatestStates } from './latest-states.ts'

/** Which devices somebody looks for. */
export interface HealthQuestion {
  readonly kind?: string | undefined
  readonly group?: string | undefined
  /** Beginning of the code of its area. */
  readonly area?: string | undefined
  /** In its id, label, address or group, whatever its case. */
  readonly text?: string | undefined
  readonly trouble?: DeviceTrouble | undefined
  readonly limit: number
  /** The id of the last one of the page before. */
  readonly after?: string | undefined
  readonly scope: Scope
}

export interface HealthyOrNot extends DeviceStanding {
  readonly troubles: readonly DeviceTrouble[]
}

/** A page of devices by id, and how many there are of all that fit, whatever their trouble. */
export interface HealthPage {
  readonly items: readonly HealthyOrNot[]
  readonly next: string | null
  readonly devices: number
  readonly counts: Readonly<Record<DeviceTrouble, number>>
}

interface Parts {
  readonly devices: Devices
  readonly states: Pick<LatestStates, 'find' | 'isReady'>
  /** The worst of what is wrong with each device that has anything. */
  readonly wrong: () => Promise<ReadonlyMap<string, Severity>>
  /** How many messages of each device wait in the quarantine, where any do. */
  readonly refused: () => Promise<ReadonlyMap<string, number>>
  readonly clock: { now(): EpochMs }
}

/** So many devices are looked at before whatever else waits has its turn. */
const AT_ONCE = 5_000

/** How devices do, from what is held of them in memory: all of them are looked at for each page. */
export class DeviceHealth {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws Unavailable as long as what was stored before the start is being read */
  async list(question: HealthQuestion): Promise<HealthPage> {
    const { devices, states, wrong, refused, clock } = this.#parts
    if (!states.isReady) {
      throw new Unavailable('not-ready', 'the latest states are being read; try again')
    }
    const [severities, waiting] = await Promise.all([wrong(), refused()])
    const now = clock.now()
    const fits = fitting(question)
    const page = new FirstById(question.limit + 1)
    const counts = Object.fromEntries(DEVICE_TROUBLES.map((name) => [name, 0])) as Record<
      DeviceTrouble,
      number
    >
    let [seen, found] = [0, 0]
    for (const device of devices.all()) {
      seen += 1
      if (seen % AT_ONCE === 0) await setImmediate()
      if (!fits(device)) continue
      const standing: DeviceStanding = {
        device,
        reading: states.find(device.id)?.reading ?? null,
        severity: severities.get(device.id) ?? null,
        refused: waiting.get(device.id) ?? 0,
      }
      const troubles = troublesOf(standing, now)
      found += 1
      for (const trouble of troubles) counts[trouble] += 1
      if (question.trouble !== undefined && !troubles.includes(question.trouble)) continue
      if (question.after === undefined || device.id > question.after) {
        page.add({ ...standing, troubles })
      }
    }
    const items = page.items.slice(0, question.limit)
    const next = page.items.length > items.length ? (items.at(-1)?.device.id ?? null) : null
    return { items, next, devices: found, counts }
  }
}

function fitting({ kind, group, area, text, scope }: HealthQuestion): (device: Device) => boolean {
  const words = text?.toLowerCase()
  const has = (part: string | null): boolean =>
    part !== null && words !== undefined && part.toLowerCase().includes(words)
  return (device) =>
    (kind === undefined || device.kind === kind) &&
    (group === undefined || device.group === group) &&
    (area === undefined || areaOfDevice(device)?.startsWith(area) === true) &&
    seesDevice(scope, device) &&
    (words === undefined ||
      has(device.id) ||
      has(device.label) ||
      has(device.address) ||
      has(device.group))
}

/** The first of many by their ids, without keeping the others. */
class FirstById {
  readonly items: HealthyOrNot[] = []
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  add(one: HealthyOrNot): void {
    const { id } = one.device
    if (this.items.length === this.#most && id > (this.items.at(-1)?.device.id ?? '')) return
    let [low, high] = [0, this.items.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.items[middle]?.device.id ?? '') < id) low = middle + 1
      else high = middle
    }
    this.items.splice(low, 0, one)
    if (this.items.length > this.#most) this.items.pop()
  }
}
