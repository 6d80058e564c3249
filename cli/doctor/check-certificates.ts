import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { messageOf } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Config } from '#runtime/config.ts'
import { type Finding, type Findings, fault, ok, warning } from './finding.ts'

const DAY_MS = 86_400_000
/** Time enough to have another one made. */
const SOON_DAYS = 30

/** Whether the certificates of the TLS listener can be used, and for how long. */
export async function checkCertificates({ mqtt }: Config, now: EpochMs): Promise<Findings> {
  const { tlsPort, tlsCertFile, tlsKeyFile, tlsClientCaFile } = mqtt
  if (tlsPort === null) return []
  const missing = [
    ...(tlsCertFile === null ? ['MQTT_TLS_CERT_FILE'] : []),
    ...(tlsKeyFile === null ? ['MQTT_TLS_KEY_FILE'] : []),
  ]
  const findings: Finding[] = missing.map((name) =>
    fault(
      name,
      `MQTT_TLS_PORT is set, so ${name} must be too.`,
      `已设置 MQTT_TLS_PORT，必须同时设置 ${name}。`,
    ),
  )
  if (tlsCertFile !== null) {
    findings.push(...(await checkFile('MQTT_TLS_CERT_FILE', tlsCertFile, now)))
    if (tlsKeyFile !== null) findings.push(...(await checkKey(tlsCertFile, tlsKeyFile)))
  }
  if (tlsClientCaFile !== null) {
    findings.push(...(await checkFile('MQTT_TLS_CLIENT_CA_FILE', tlsClientCaFile, now)))
  }
  return findings
}

/** Every certificate of a chain: the one that ends first ends them all. */
async function checkFile(setting: string, file: string, now: EpochMs): Promise<Findings> {
  try {
    const chain = certificatesOf(await readFile(file, 'utf8'))
    if (chain.length === 0) throw new Error('it has no certificate in it')
    return chain.map((certificate) => judge(setting, certificate, now))
  } catch (error) {
    return [
      fault(
        setting,
        `${file} cannot be used: ${messageOf(error)}.`,
        `${file} 无法使用：${messageOf(error)}。`,
      ),
    ]
  }
}

const certificatesOf = (pem: string): readonly X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
    (text) => new X509Certificate(text),
  )

function judge(setting: string, certificate: X509Certificate, now: EpochMs): Finding {
  const name = certificate.subject.split('\n').find((line) => line.startsWith('CN=')) ?? setting
  const endsAt = certificate.validToDate.getTime()
  const day = certificate.validToDate.toISOString().slice(0, 10)
  const left = Math.floor((endsAt - now) / DAY_MS)
  if (certificate.validFromDate.getTime() > now) {
    return fault(
      setting,
      `The certificate ${name} is not valid yet: is the clock right?`,
      `证书 ${name} 尚未生效：请检查时钟。`,
    )
  }
  if (endsAt <= now) {
    return fault(
      setting,
      `The certificate ${name} ended on ${day}: devices refuse to connect. Put a new one in its place.`,
      `证书 ${name} 已于 ${day} 到期，设备将拒绝连接。请更换证书。`,
    )
  }
  return left < SOON_DAYS
    ? warning(
        setting,
        `The certificate ${name} ends in ${left} days, on ${day}: put a new one in its place.`,
        `证书 ${name} 将在 ${left} 天后（${day}）到期，请更换。`,
      )
    : ok(
        setting,
        `The certificate ${name} is valid until ${day}.`,
        `证书 ${name} 有效期至 ${day}。`,
      )
}

async function checkKey(certFile: string, keyFile: string): Promise<Findings> {
  const setting = 'MQTT_TLS_KEY_FILE'
  try {
    const [certificate] = certificatesOf(await readFile(certFile, 'utf8'))
    const key = createPrivateKey(await readFile(keyFile))
    if (certificate?.checkPrivateKey(key) === false) {
      return [
        fault(
          setting,
          `${keyFile} is not the key of ${certFile}.`,
          `${keyFile} 不是 ${certFile} 的私钥。`,
        ),
      ]
    }
    return [ok(setting, `${keyFile} is the key of the certificate.`, `${keyFile} 与证书匹配。`)]
  } catch (error) {
    const reason = messageOf(error)
    return [
      fault(setting, `${keyFile} cannot be used: ${reason}.`, `${keyFile} 无法使用：${reason}。`),
    ]
  }
}
