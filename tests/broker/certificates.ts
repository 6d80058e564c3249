import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Node can sign no certificates; the openssl program can. */
export const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: Buffer
  readonly key: Buffer
}

/** An authority of its own in a folder of its own. */
export class Authority {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'wanmi-ca-'))
  readonly self: Certificate

  constructor(name: string) {
    this.self = this.#make('ca', ['-x509', '-days', '2', '-subj', `/CN=${name}`])
  }

  /** A certificate for that common name, also valid for 127.0.0.1. */
  sign(commonName: string): Certificate {
    const name = commonName.replaceAll(/\W/g, '-')
    const request = this.#make(name, ['-subj', `/CN=${commonName}`], 'csr')
    const extensions = path.join(this.folder, 'extensions')
    writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
    const { certFile, keyFile } = this.self
    openssl(
      'x509',
      '-req',
      '-days',
      '2',
      '-CAcreateserial',
      '-CA',
      certFile,
      '-CAkey',
      keyFile,
    )(
      '-extfile',
      extensions,
      '-in',
      path.join(this.folder, `${name}.csr`),
      '-out',
      request.certFile,
    )
    return { ...request, cert: readFileSync(request.certFile) }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #make(name: string, args: readonly string[], out = 'crt'): Certificate {
    const certFile = path.join(this.folder, `${name}.crt`)
    const keyFile = path.join(this.folder, `${name}.key`)
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    openssl('req', ...key)(
      '-keyout',
      keyFile,
      '-out',
      path.join(this.folder, `${name}.${out}`),
      ...args,
    )
    const cert = out === 'crt' ? readFileSync(certFile) : Buffer.alloc(0)
    return { certFile, keyFile, cert, key: readFileSync(keyFile) }
  }
}

const openssl =
  (...first: readonly string[]) =>
  (...rest: readonly string[]): void => {
    execFileSync('openssl', [...first, ...rest], { stdio: 'ignore' })
  }
