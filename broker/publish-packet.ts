import { isUtf8 } from 'node:buffer'
import { isTopicName } from './connect-packet.ts'
import type { FrameReader } from './frame-reader.ts'

/**
 * The parts of a PUBLISH by their places in its bytes. One object is read into again and again: this
 * is the packet that comes a hundred thousand times a second.
 */
export class PublishPacket {
  qos: 0 | 1 | 2 = 0
  /** 0 for QoS 0. */
  messageId = 0
  topicStart = 0
  topicEnd = 0
  payloadStart = 0

  /** False when the packet is malformed. The topic is judged by {@link readTopic}. */
  read({ bytes, start, bodyStart, end }: FrameReader): boolean {
    const qos = ((bytes[start] as number) >> 1) & 3
    this.topicStart = bodyStart + 2
    const topicLength = ((bytes[bodyStart] as number) << 8) | (bytes[bodyStart + 1] as number)
    this.topicEnd = this.topicStart + topicLength
    this.payloadStart = qos === 0 ? this.topicEnd : this.topicEnd + 2
    if (qos === 3 || this.topicStart > end || this.payloadStart > end) return false
    this.qos = qos as 0 | 1 | 2
    const id = this.topicEnd
    this.messageId = qos === 0 ? 0 : ((bytes[id] as number) << 8) | (bytes[id + 1] as number)
    return qos === 0 || this.messageId !== 0
  }

  /** Whether the topic is this one, byte by byte: a loop beats `Buffer.compare` at such lengths. */
  isOn(topic: Uint8Array, bytes: Uint8Array): boolean {
    if (topic.length !== this.topicEnd - this.topicStart) return false
    for (let index = 0; index < topic.length; index++) {
      if (topic[index] !== bytes[this.topicStart + index]) return false
    }
    return true
  }

  /** The topic; undefined when the standard allows no such topic name. */
  readTopic(bytes: Buffer): string | undefined {
    const text = bytes.subarray(this.topicStart, this.topicEnd)
    if (!isUtf8(text) || text.includes(0)) return undefined
    const topic = text.toString()
    return isTopicName(topic) ? topic : undefined
  }
}
