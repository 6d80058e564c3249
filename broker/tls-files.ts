import { Rejected } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import type { TlsFile, TlsFiles } from '#runtime/tls/tls-material.ts'

/** @throws Rejected('bad-configuration') when one that is needed is not named */
export function tlsFilesOf(config: Config['mqtt']): TlsFiles {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile, tlsCrlFile } = config
  const clientCa = optional('MQTT_TLS_CLIENT_CA_FILE', tlsClientCaFile)
  const crl = optional('MQTT_TLS_CRL_FILE', tlsCrlFile)
  if (crl !== null && clientCa === null) throw missing(crl.setting, 'MQTT_TLS_CLIENT_CA_FILE')
  return {
    cert: needed('MQTT_TLS_CERT_FILE', tlsCertFile),
    key: needed('MQTT_TLS_KEY_FILE', tlsKeyFile),
    clientCa,
    crl,
  }
}

const optional = (setting: string, path: string | null): TlsFile | null =>
  path === null ? null : { setting, path }

function needed(setting: string, path: string | null): TlsFile {
  if (path === null) throw missing('MQTT_TLS_PORT', setting)
  return { setting, path }
}

const missing = (given: string, other: string): Rejected =>
  new Rejected('bad-configuration', `${given} is set, so ${other} must be too`)
