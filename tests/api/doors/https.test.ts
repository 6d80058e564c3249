import { copyFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Authority, type Certificate, hasOpenssl } from '#tests/broker/certificates.ts'
import { answerTo, clientHello } from '#tests/broker/client-hello.ts'
import { listen, RawConnection } from './listening-api.ts'

describe.skipIf(!hasOpenssl)('the API over https (needs the openssl program)', () => {
  let authority: Authority
  let api: Awaited<ReturnType<typeof listen>>
  let files: { tlsCertFile: string; tlsKeyFile: string }
  beforeAll(async () => {
    authority = new Authority('authority')
    const file = (name: string): string => path.join(authority.folder, `live-${name}`)
    files = { tlsCertFile: file('crt'), tlsKeyFile: file('key') }
    replace(authority.sign('wanmi'))
    api = await listen(files)
  })
  afterAll(async () => {
    await api.close()
    authority.remove()
  })

  const replace = ({ certFile, keyFile }: Certificate): void => {
    copyFileSync(certFile, files.tlsCertFile)
    copyFileSync(keyFile, files.tlsKeyFile)
  }
  const get = (url: string) =>
    new Promise<{ name: string; headers: Record<string, unknown>; text: string }>(
      (resolve, reject) => {
        const options = { ca: authority.self.cert, agent: false as const }
        const request = httpsRequest(`${api.address}${url}`, options, (response) => {
          const name = String((response.socket as TLSSocket).getPeerCertificate().subject.CN)
          let text = ''
          response.on('data', (chunk: Buffer) => (text += chunk.toString()))
          response.on('end', () => resolve({ name, headers: response.headers, text }))
        })
        request.once('error', reject)
        request.end()
      },
    )

  test('says so in its address and asks browsers to keep to it', async () => {
    expect(api.address).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const { headers } = await get('/health/live')
    expect(headers['strict-transport-security']).toBe('max-age=15552000')
  })

  test('shows a new certificate without a restart, and says when one ends', async () => {
    replace(authority.sign('wanmi-2'))
    await api.service.reloadTls()
    const { name, text } = await get('/health/ready')
    expect(name).toBe('wanmi-2')
    expect((JSON.parse(text) as { warnings: string[] }).warnings).toEqual([
      expect.stringMatching(/^the certificate of HTTP_TLS_CERT_FILE ends on \d{4}-\d\d-\d\d$/),
    ])
  })

  test('refuses what is too weak, and plain HTTP', async () => {
    const weak = clientHello({ version: 0x0302, suites: [0xc009, 0x002f] })
    expect(await answerTo(api.port, weak)).toBe('alert 70')
    const plain = new RawConnection(api.port).send('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await plain.closed
    expect(plain.received).toBe('')
  })

  test('needs both files', async () => {
    await expect(listen({ tlsCertFile: files.tlsCertFile })).rejects.toThrow(
      'HTTP_TLS_CERT_FILE and HTTP_TLS_KEY_FILE are set together or not at all',
    )
  })
})
