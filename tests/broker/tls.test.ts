import { copyFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { days, type EpochMs, epochMs, milliseconds, plus } from '#model/time.ts'
import { createMetrics } from '#runtime/metrics.ts'
import { TlsKeeper } from '#runtime/tls/tls-keeper.ts'
import { Authority, type Certificate, hasOpenssl } from './certificates.ts'
import { answerTo, clientHello, type Hello } from './client-hello.ts'
import { connectMqtt, connectPacket, type House, metric, openHouse, reading } from './harness.ts'

describe.skipIf(!hasOpenssl)('over TLS (needs the openssl program)', () => {
  let ours: Authority
  let other: Authority
  let server: Certificate
  /** The files that are renewed while the service runs. */
  let files: Record<'tlsCertFile' | 'tlsKeyFile' | 'tlsClientCaFile' | 'tlsCrlFile', string>

  beforeAll(() => {
    ours = new Authority('our authority')
    other = new Authority('another authority')
    server = ours.sign('wanmi')
  })
  afterAll(() => {
    ours.remove()
    other.remove()
  })
  beforeEach(() => {
    const file = (name: string): string => path.join(ours.folder, `live-${name}`)
    files = {
      tlsCertFile: file('crt'),
      tlsKeyFile: file('key'),
      tlsClientCaFile: file('ca'),
      tlsCrlFile: file('crl'),
    }
    copyFileSync(server.certFile, files.tlsCertFile)
    copyFileSync(server.keyFile, files.tlsKeyFile)
    copyFileSync(ours.self.certFile, files.tlsClientCaFile)
    writeFileSync(files.tlsCrlFile, ours.revocationList([]))
  })

  const open = (more: object = {}, broker: object = {}): Promise<House> =>
    openHouse({ mqtt: { tlsPort: 0, ...files, ...more }, broker })
  const portOf = ({ broker }: House): number => broker.ports.tls ?? 0
  const enter = (house: House, deviceId: string, more: object = {}) =>
    connectMqtt(`mqtts://127.0.0.1:${portOf(house)}`, deviceId, {
      ca: [ours.self.cert, other.self.cert],
      ...more,
    })
  /** By its certificate alone. */
  const stay = ({ broker }: House, { cert, key }: Certificate) =>
    connectMqtt(`mqtts://127.0.0.1:${broker.ports.tls}`, 'cover-1', {
      ca: ours.self.cert,
      cert,
      key,
      username: '',
      password: '',
    })
  /** What a client is sent that shows a certificate and a secret. */
  const answered = async (house: House, { cert, key }: Certificate): Promise<string> => {
    const options = { port: portOf(house), host: '127.0.0.1', ca: ours.self.cert, cert, key }
    const socket = connectTls(options)
    socket.on('error', () => socket.destroy())
    socket.write(connectPacket('cover-1'))
    const chunks: Buffer[] = []
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      socket.destroy()
    })
    await new Promise((resolve) => socket.once('close', resolve))
    return Buffer.concat(chunks).toString('hex')
  }

  describe('what is too weak is refused in the first bytes:', () => {
    let port: number
    const ask = (hello: Hello): Promise<string> => answerTo(port, clientHello(hello))
    const GCM = 0xc02b

    test.each<[string, Hello, string]>([
      ['TLS 1.2 with AES-GCM is taken', { suites: [GCM] }, 'suite 0xc02b'],
      ['AES-CCM of small devices is taken', { suites: [0xc0ac] }, 'suite 0xc0ac'],
      ['TLS 1.3 is taken', { suites: [0x1301], versions: [0x0304] }, 'suite 0x1301'],
      ['SSL 3', { version: 0x0300, suites: [0x002f] }, 'alert 40'],
      ['TLS 1.0', { version: 0x0301, suites: [0xc009, 0x002f] }, 'alert 70'],
      ['TLS 1.1', { version: 0x0302, suites: [0xc009, 0x002f] }, 'alert 70'],
      ['no encryption', { suites: [0xc006, 0x0002, 0x003b] }, 'alert 40'],
      ['nobody certified', { suites: [0xc018, 0x0034] }, 'alert 40'],
      ['RC4', { suites: [0xc007, 0x0005] }, 'alert 40'],
      ['3DES', { suites: [0xc008, 0x000a] }, 'alert 40'],
      ['export ciphers', { suites: [0x0003, 0x0008] }, 'alert 40'],
      ['CBC', { suites: [0xc009, 0xc023, 0xc024] }, 'alert 40'],
      ['keys without forward secrecy', { suites: [0x009c, 0x009d, 0x002f] }, 'alert 40'],
      ['curves of 192 and 224 bits', { suites: [GCM], groups: [0x0013, 0x0015] }, 'alert 40'],
      ['the same in TLS 1.3', { suites: [0x1301], versions: [0x0304], groups: [0x15] }, 'alert 40'],
    ])('%s', async (_name, hello, expected) => {
      port = portOf(await open())
      expect(await ask(hello)).toBe(expected)
    })

    test('a client certificate with a key of 1,024 bits counts as none', async () => {
      const weak = ours.sign('cover-1', ['rsa:1024'])
      const house = await open()
      const ciphers = 'DEFAULT@SECLEVEL=0'
      const more = { cert: weak.cert, key: weak.key, ciphers }
      await expect(enter(house, 'cover-1', { ...more, password: 'x' })).rejects.toThrow(/password/)
      await enter(house, 'cover-1', more)
      expect(house.verified).toEqual(['x', 'secret of cover-1'])
    })

    test('a key of 1,024 bits of our own does not open the door', async () => {
      const weak = ours.sign('weak', ['rsa:1024'])
      await expect(open({ tlsCertFile: weak.certFile, tlsKeyFile: weak.keyFile })).rejects.toThrow(
        /MQTT_TLS_CERT_FILE.*key too small/,
      )
    })
  })

  describe('a certificate that was taken back', () => {
    test('lets nobody in, with the right secret neither', async () => {
      const lost = ours.sign('cover-1')
      const found = ours.sign('cover-1')
      writeFileSync(files.tlsCrlFile, ours.revocationList([lost]))
      const house = await open()
      expect(await answered(house, lost)).toBe('')
      expect(await answered(house, found)).toBe('20020000')
      const reason = 'certificate-revoked'
      expect(await metric(house, 'wanmi_mqtt_connections_refused_total', { reason })).toBe(1)
      expect(house.verified).toEqual([])
    })

    test('ends its connection when the list is renewed, and no other one', async () => {
      const [lost, kept] = [ours.sign('cover-1'), ours.sign('cover-2')]
      const house = await open()
      const [cut, left] = [await stay(house, lost), await stay(house, kept)]
      const ended = new Promise<void>((resolve) => cut.once('close', () => resolve()))
      writeFileSync(files.tlsCrlFile, ours.revocationList([lost]))
      await house.broker.reloadTls()
      await ended
      await left.publishAsync('wanmi/v1/cover-2/telemetry', reading(1), { qos: 1 })
      expect(house.sink.readings).toHaveLength(1)
      const reason = 'certificate-revoked'
      expect(await metric(house, 'wanmi_mqtt_connections_ended_total', { reason })).toBe(1)
    })

    test('cannot come back with a session of before', async () => {
      const lost = ours.sign('cover-1')
      const house = await open()
      const options = { port: portOf(house), host: '127.0.0.1', ca: ours.self.cert, ...lost }
      const first = connectTls(options)
      const session = await new Promise<Buffer>((resolve) => first.once('session', resolve))
      first.destroy()
      writeFileSync(files.tlsCrlFile, ours.revocationList([lost]))
      await house.broker.reloadTls()
      const again = connectTls({ ...options, session })
      again.on('error', () => again.destroy()).resume()
      await new Promise<void>((resolve) => again.once('close', () => resolve()))
      expect(house.broker.connections()).toEqual([])
      const reason = 'certificate-revoked'
      expect(await metric(house, 'wanmi_mqtt_connections_refused_total', { reason })).toBe(1)
    })

    test('stays refused when the list is over, and readiness asks for a newer one', async () => {
      const [lost, kept] = [ours.sign('cover-1'), ours.sign('cover-2')]
      writeFileSync(files.tlsCrlFile, ours.revocationList([lost]))
      let now = epochMs(Date.now())
      const house = await open({}, { clock: { now: () => now } })
      expect(house.broker.warnings().map(({ en }) => en)).toEqual([
        // Authorities of these tests live for two days.
        expect.stringMatching(/^the certificate of MQTT_TLS_CERT_FILE ends on \d{4}-/),
        expect.stringMatching(/^the certificate of MQTT_TLS_CLIENT_CA_FILE ends on /),
      ])
      now = plus(now, days(2))
      expect(house.broker.warnings().at(-1)?.en).toMatch(
        /^the list of MQTT_TLS_CRL_FILE is over since \d{4}-\d\d-\d\d: give a newer one$/,
      )
      expect(await answered(house, lost)).toBe('')
      expect((await stay(house, kept)).connected).toBe(true)
    })

    test('is looked for in whole lists of our authority alone', async () => {
      const message = (list: Buffer): Promise<string> => {
        writeFileSync(files.tlsCrlFile, list)
        return open().then(
          () => 'opened',
          (error: unknown) => String(error),
        )
      }
      expect(await message(other.revocationList([]))).toMatch(
        /MQTT_TLS_CRL_FILE cannot be used: no authority of MQTT_TLS_CLIENT_CA_FILE has signed it/,
      )
      const part = 'issuingDistributionPoint = critical, @idp\n[ idp ]\nonlyuser = TRUE'
      expect(await message(ours.revocationList([], part))).toMatch(/a whole one is needed/)
      expect(await message(Buffer.from('nothing'))).toMatch(/no X509 CRL/)
      // One bit of the signature is another.
      const der = Buffer.from(
        ours
          .revocationList([])
          .toString()
          .replaceAll(/-----.+?-----/g, ''),
        'base64',
      )
      der.writeUInt8(der.readUInt8(der.length - 1) ^ 1, der.length - 1)
      const forged = `-----BEGIN X509 CRL-----\n${der.toString('base64')}\n-----END X509 CRL-----\n`
      expect(await message(Buffer.from(forged))).toMatch(/has signed it/)
      await expect(open({ tlsClientCaFile: null })).rejects.toThrow(
        /MQTT_TLS_CRL_FILE is set, so MQTT_TLS_CLIENT_CA_FILE must be too/,
      )
    })
  })

  describe('while the service runs', () => {
    /** Whose certificate a new handshake is shown. */
    const shown = (house: House): Promise<string> =>
      new Promise((resolve, reject) => {
        const options = { port: portOf(house), host: '127.0.0.1', rejectUnauthorized: false }
        const socket: TLSSocket = connectTls(options, () => {
          resolve(String(socket.getPeerCertificate().subject.CN))
          socket.destroy()
        })
        socket.once('error', reject)
      })
    const replace = ({ certFile, keyFile }: Certificate): void => {
      copyFileSync(certFile, files.tlsCertFile)
      copyFileSync(keyFile, files.tlsKeyFile)
    }

    test('a new certificate is shown to whoever comes, and who is there stays', async () => {
      const house = await open()
      const client = await enter(house, 'cover-1')
      expect(await shown(house)).toBe('wanmi')
      replace(ours.sign('wanmi-2'))
      await house.broker.reloadTls()
      expect(await shown(house)).toBe('wanmi-2')
      await client.publishAsync('wanmi/v1/cover-1/telemetry', reading(1), { qos: 1 })
      expect(house.sink.readings).toHaveLength(1)
    })

    test('a new authority counts for whoever comes', async () => {
      const house = await open({ tlsCrlFile: null })
      const stranger = other.sign('cover-1')
      await expect(stay(house, stranger)).rejects.toThrow(/password/)
      copyFileSync(other.self.certFile, files.tlsClientCaFile)
      await house.broker.reloadTls()
      expect((await stay(house, stranger)).connected).toBe(true)
    })

    test('files that cannot be used change nothing, and readiness says so until they can', async () => {
      const house = await open()
      copyFileSync(ours.sign('wanmi-3').certFile, files.tlsCertFile)
      await house.broker.reloadTls()
      expect(await shown(house)).toBe('wanmi')
      expect(house.broker.warnings().at(-1)?.en).toMatch(
        /^changed TLS files are not in use: MQTT_TLS_CERT_FILE or MQTT_TLS_KEY_FILE .* cannot be used: /,
      )
      replace(ours.sign('wanmi-3'))
      await house.broker.reloadTls()
      expect(await shown(house)).toBe('wanmi-3')
      expect(house.broker.warnings().at(-1)?.en).not.toMatch(/not in use/)
    })

    test('changed files are found without being told, a pair that is half written is waited for', async () => {
      const said: unknown[] = []
      const log = { info: () => undefined, warn: (entry: unknown) => said.push(entry) }
      const keeper = await TlsKeeper.open({
        files: {
          cert: { setting: 'CERT', path: files.tlsCertFile },
          key: { setting: 'KEY', path: files.tlsKeyFile },
          clientCa: null,
          crl: null,
        },
        clock: { now: (): EpochMs => epochMs(Date.now()) },
        metrics: createMetrics(),
        log: log as never,
        every: milliseconds(20),
      })
      onTestFinished(() => keeper.close())
      const changes: unknown[] = []
      keeper.onChange((material) => changes.push(material))
      replace(ours.sign('wanmi-4'))
      await vi.waitFor(() => expect(changes.length).toBeGreaterThan(0))
      writeFileSync(files.tlsKeyFile, 'no key')
      await vi.waitFor(() =>
        expect(
          keeper
            .warnings()
            .map(({ en }) => en)
            .join(),
        ).toMatch(/KEY cannot be used/),
      )
      expect(said.filter((entry) => JSON.stringify(entry).includes('not in use'))).toHaveLength(1)
      expect(JSON.stringify(said)).not.toContain('no key')
    })
  })
})
