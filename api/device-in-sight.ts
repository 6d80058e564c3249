import type { FastifyRequest } from 'fastify'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { seesDevice } from '#model/sees-device.ts'
import { scopeOf } from './guard.ts'

/** A registered device, at once. */
export type FindDevice = (id: string) => Device | undefined

/**
 * A device that whoever asks may see. One beyond that is answered as one that is not registered.
 *
 * @throws Rejected('not-found')
 */
export function deviceInSight(findDevice: FindDevice, request: FastifyRequest, id: string): Device {
  const device = findDevice(id)
  if (!device || !seesDevice(scopeOf(request), device)) {
    throw new Rejected('not-found', `no device ${id} is registered`)
  }
  return device
}
