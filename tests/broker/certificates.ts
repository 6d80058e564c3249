import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
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

const CURVE = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']

/** An authority of its own in a folder of its own. */
export class Authority {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'wanmi-ca-'))
  readonly self: Certificate

  constructor(name: string) {
    this.self = this.#make('ca', ['-x509', '-days', '2', '-subj', `/CN=${name}`])
  }

  /** A certificate for that common name, also valid for 127.0.0.1. */
  sign(commonName: string, key: readonly string[] = CURVE): Certificate {
    const name = commonName.replaceAll(/\W/g, '-')
    const request = this.#make(name, ['-subj', `/CN=${commonName}`], 'csr', key)
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

  /**
   * A list (X509 CRL) in PEM of the certificates that are taken back, to be replaced after a day; from
   * `extensions`, what OpenSSL is to write into it beside them.
   */
  revocationList(revoked: readonly Certificate[], extensions = ''): Buffer {
    const config = path.join(this.folder, 'crl.cnf')
    const index = path.join(this.folder, 'index.txt')
    const lines = revoked.map(({ cert }) => {
      const { serialNumber } = new X509Certificate(cert)
      return `R\t491231235959Z\t250101000000Z\t${serialNumber}\tunknown\t/CN=x\n`
    })
    writeFileSync(index, lines.join(''))
    const section = extensions === '' ? '' : `crl_extensions = ext\n[ ext ]\n${extensions}\n`
    writeFileSync(config, `[ ca ]\ndefault_ca = d\n[ d ]\ndatabase = ${index}\n${section}`)
    const { certFile, keyFile } = this.self
    const out = path.join(this.folder, 'list.crl')
    const ca = ['-config', config, '-cert', certFile, '-keyfile', keyFile, '-md', 'sha256']
    openssl('ca', '-gencrl', '-crldays', '1')(...ca, '-out', out)
    return readFileSync(out)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #make(
    name: string,
    args: readonly string[],
    out = 'crt',
    kind: readonly string[] = CURVE,
  ): Certificate {
    const certFile = path.join(this.folder, `${name}.crt`)
    const keyFile = path.join(this.folder, `${name}.key`)
    openssl('req', '-newkey', ...kind, '-nodes')(
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
