import { Rejected } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import { TlsKeeper, type TlsKeeperOptions } from '#runtime/tls/tls-keeper.ts'

/**
 * Certificate and key of the HTTP server; null where it speaks plain HTTP.
 *
 * @throws Rejected('bad-configuration')
 */
export async function openTls(
  { tlsCertFile, tlsKeyFile }: Pick<Config['http'], 'tlsCertFile' | 'tlsKeyFile'>,
  parts: Omit<TlsKeeperOptions, 'files'>,
): Promise<TlsKeeper | null> {
  if (tlsCertFile === null && tlsKeyFile === null) return null
  if (tlsCertFile === null || tlsKeyFile === null) {
    const sentence = 'HTTP_TLS_CERT_FILE and HTTP_TLS_KEY_FILE are set together or not at all'
    throw new Rejected('bad-configuration', sentence)
  }
  const files = {
    cert: { setting: 'HTTP_TLS_CERT_FILE', path: tlsCertFile },
    key: { setting: 'HTTP_TLS_KEY_FILE', path: tlsKeyFile },
    clientCa: null,
    crl: null,
  }
  return await TlsKeeper.open({ ...parts, files })
}
