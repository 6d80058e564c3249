import { afterEach, beforeEach, expect, test } from 'vitest'
import { milliseconds } from '#model/time.ts'
import { HttpSender } from '#outbox/http-sender.ts'
import { addressFault } from '#outbox/target.ts'
import { Receiver, refused } from './receiver.ts'

let receiver: Receiver
const senders: HttpSender[] = []

beforeEach(async () => {
  receiver = await Receiver.start()
})
afterEach(async () => {
  for (const sender of senders.splice(0)) sender.close()
  await receiver.stop()
})

const open = ({ allowPrivate = true, timeout = milliseconds(200) } = {}): HttpSender => {
  const sender = new HttpSender({ allowPrivate, timeout })
  senders.push(sender)
  return sender
}
const notice = (url = receiver.url) => ({ url, headers: { 'webhook-id': '1' }, body: '{"a":"汛"}' })
const { signal } = new AbortController()

test('what is sent arrives as it is', async () => {
  const answer = await open().send(notice(), signal)
  expect(answer).toEqual({ status: 204, text: '', retryAfter: null })
  expect(receiver.received[0]).toMatchObject({ id: '1', body: '{"a":"汛"}' })
})

test('an attempt ends after its time, whether nothing answers or an answer never ends', async () => {
  receiver.reply = () => undefined
  expect(await open().send(notice(), signal)).toMatchObject({
    status: null,
    text: 'no answer within 200 ms',
  })
  // The status has come: it is what counts.
  receiver.reply = (_notice, response) => void response.writeHead(200).write('going on')
  expect(await open().send(notice(), signal)).toMatchObject({
    status: 200,
    text: expect.stringMatching(/^going on/),
  })
})

test('an attempt that is broken off says so', async () => {
  receiver.reply = () => undefined
  const stop = new AbortController()
  const sending = open({ timeout: milliseconds(20_000) }).send(notice(), stop.signal)
  await receiver.until(1)
  stop.abort()
  expect(await sending).toMatchObject({ status: null, text: expect.stringMatching(/abort/i) })
})

test('of an answer a line is kept, without what cannot be stored', async () => {
  receiver.reply = refused(500, 'no\u0000t\r\n  now\ud800')
  expect((await open().send(notice(), signal)).text).toBe('no t now\ufffd')
  receiver.reply = refused(500, '汛'.repeat(1_000))
  expect(Buffer.byteLength((await open().send(notice(), signal)).text)).toBeLessThanOrEqual(303)
})

test('a connection that breaks, a name nobody has and a port nobody listens on are told', async () => {
  receiver.reply = (_notice, response) => void response.destroy()
  expect((await open().send(notice(), signal)).text).toMatch(/socket hang up|ECONNRESET/)
  expect((await open().send(notice('http://127.0.0.1:1/'), signal)).text).toMatch(/ECONNREFUSED/)
  const answer = await open().send(notice('http://no-such-name.invalid/'), signal)
  expect(answer).toMatchObject({ status: null, retryAfter: null })
})

test('a name is refused for the address it stands for, an address for itself', async () => {
  const port = new URL(receiver.url).port
  const strict = open({ allowPrivate: false })
  for (const host of ['localhost', '127.0.0.1']) {
    const answer = await strict.send(notice(`http://${host}:${port}/`), signal)
    expect(answer.text, host).toMatch(/is a private address, which WEBHOOK_PRIVATE_TARGETS/)
    expect(answer.status).toBeNull()
  }
  expect(receiver.received).toEqual([])
  expect(await open().send(notice(`http://localhost:${port}/`), signal)).toMatchObject({
    status: 204,
  })
})

test.each([
  ['8.8.8.8', true, true],
  ['2001:4860:4860::8888', true, true],
  ['10.1.2.3', true, false],
  ['172.31.255.255', true, false],
  ['172.32.0.0', true, true],
  ['192.168.0.1', true, false],
  ['100.64.0.1', true, false],
  ['127.0.0.1', true, false],
  ['::1', true, false],
  ['fd12::1', true, false],
  ['::ffff:10.0.0.1', true, false],
  ['169.254.169.254', false, false],
  ['::ffff:169.254.169.254', false, false],
  ['fe80::1', false, false],
  ['fd00:ec2::254', false, false],
  ['100.100.100.200', false, false],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['224.0.0.1', false, false],
  ['255.255.255.255', false, false],
])('%s: with private addresses %s, without %s', (address, withPrivate, without) => {
  expect(addressFault(address, { allowPrivate: true }) === undefined).toBe(withPrivate)
  expect(addressFault(address, { allowPrivate: false }) === undefined).toBe(without)
})
