import type { Device } from '#model/device.ts'
import type { Envelope } from '#model/envelope.ts'
import type { Reason } from '#model/rejection.ts'
import { replyTopic, telemetryTopic } from '#model/topic.ts'
import { found, reason } from './reason.ts'

type MessageCheck = (envelope: Envelope, device: Device | undefined) => Reason | undefined

const unknownDevice: MessageCheck = (_, device) =>
  device === undefined ? reason('unknown-device') : undefined

const disabledDevice: MessageCheck = (_, device) =>
  device !== undefined && !device.enabled ? reason('disabled-device') : undefined

const wrongTopic: MessageCheck = ({ deviceId, topic }) =>
  topic === telemetryTopic(deviceId) || topic === replyTopic(deviceId)
    ? undefined
    : reason('wrong-topic')

/** The broker takes replies itself; here one only turns up when it is run again. */
const replyAgain: MessageCheck = ({ deviceId, topic }) =>
  topic === replyTopic(deviceId)
    ? reason('reply-format', undefined, 'a reply is not run again')
    : undefined

/** What is asked of every message before its payload is looked into. */
const MESSAGE_CHECKS: readonly MessageCheck[] = [
  unknownDevice,
  disabledDevice,
  wrongTopic,
  replyAgain,
]

type FormCheck = (value: unknown, itemsMax: number) => Reason | undefined

const notObject: FormCheck = (value) =>
  typeof value === 'object' && value !== null
    ? undefined
    : reason('not-object', undefined, `${found(value)} is neither an object nor an array`)

const emptyArray: FormCheck = (value) =>
  Array.isArray(value) && value.length === 0 ? reason('empty-array') : undefined

const tooMany: FormCheck = (value, itemsMax) =>
  Array.isArray(value) && value.length > itemsMax
    ? reason('too-many', undefined, `${value.length} items, at most ${itemsMax} are allowed`)
    : undefined

/** What is asked of every payload that is JSON. */
const FORM_CHECKS: readonly FormCheck[] = [notObject, emptyArray, tooMany]

const present = (fault: Reason | undefined): fault is Reason => fault !== undefined

export const messageFaults = (envelope: Envelope, device: Device | undefined): readonly Reason[] =>
  MESSAGE_CHECKS.map((check) => check(envelope, device)).filter(present)

export const formFaults = (value: unknown, itemsMax: number): readonly Reason[] =>
  FORM_CHECKS.map((check) => check(value, itemsMax)).filter(present)
