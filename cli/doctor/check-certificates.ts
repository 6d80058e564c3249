import { createPrivateKey, type X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { messageOf } from '#model/error.ts'
import type { EpochMs } from '#model/time.ts'
import type { Config } from '#runtime/config.ts'
import { certificatesOf } from '#runtime/tls/certificate-names.ts'
import { readRevocationLists } from '#runtime/tls/revocation-list.ts'
import { type Finding, type Findings, fault, ok, warning } from './finding.ts'

const DAY_MS = 86_400_000
/** Time enough to have another one made. */
const SOON_DAYS = 30

interface Named {
  readonly setting: string
  readonly file: string | null
}

interface TlsServer {
  /** The setting that asks for both files. */
  readonly because: string
  readonly cert: Named
  readonly key: Named
}

/** Whether the certificates of the TLS listeners can be used, and for how long. */
export async function checkCertificates({ mqtt, http }: Config, now: EpochMs): Promise<Findings> {
  const findings: Finding[] = []
  if (mqtt.tlsPort !== null) {
    const cert = { setting: 'MQTT_TLS_CERT_FILE', file: mqtt.tlsCertFile }
    const key = { setting: 'MQTT_TLS_KEY_FILE', file: mqtt.tlsKeyFile }
    findings.push(...(await checkServer({ because: 'MQTT_TLS_PORT', cert, key }, now)))
    const { tlsClientCaFile: ca, tlsCrlFile: crl } = mqtt
    if (ca !== null) findings.push(...(await checkFile('MQTT_TLS_CLIENT_CA_FILE', ca, now)))
    if (ca !== null && crl !== null) findings.push(await checkRevoked(ca, crl, now))
  }
  if (http.tlsCertFile !== null || http.tlsKeyFile !== null) {
    const cert = { setting: 'HTTP_TLS_CERT_FILE', file: http.tlsCertFile }
    const key = { setting: 'HTTP_TLS_KEY_FILE', file: http.tlsKeyFile }
    const because = http.tlsCertFile === null ? key.setting : cert.setting
    findings.push(...(await checkServer({ because, cert, key }, now)))
  }
  return findings
}

async function checkServer({ because, cert, key }: TlsServer, now: EpochMs): Promise<Findings> {
  const missing = [cert, key]
    .filter(({ file }) => file === null)
    .map(({ setting }) =>
      fault(
        setting,
        `${because} is set, so ${setting} must be too.`,
        `已设置 ${because}，必须同时设置 ${setting}。`,
      ),
    )
  const own = cert.file === null ? [] : await checkFile(cert.setting, cert.file, now)
  const both =
    cert.file === null || key.file === null
      ? []
      : [await checkKey(key.setting, cert.file, key.file)]
  return [...missing, ...own, ...both]
}

/** A list that is over still counts; who was taken back since is not on it. */
async function checkRevoked(caFile: string, crlFile: string, now: EpochMs): Promise<Finding> {
  const setting = 'MQTT_TLS_CRL_FILE'
  try {
    const [ca, crl] = await Promise.all([readFile(caFile), readFile(crlFile)])
    const { nextUpdateAt } = readRevocationLists(crl, certificatesOf(ca))
    if (nextUpdateAt === null || nextUpdateAt > now) {
      return ok(setting, `${crlFile} is in force.`, `${crlFile} 有效。`)
    }
    const day = new Date(nextUpdateAt).toISOString().slice(0, 10)
    return warning(
      setting,
      `${crlFile} is over since ${day}: certificates taken back since then still let in. Fetch a newer one.`,
      `${crlFile} 已于 ${day} 过期：此后吊销的证书仍可接入。请获取新的吊销列表。`,
    )
  } catch (error) {
    return unusable(setting, crlFile, error)
  }
}

/** Every certificate of a chain: the one that ends first ends them all. */
async function checkFile(setting: string, file: string, now: EpochMs): Promise<Findings> {
  try {
    const chain = certificatesOf(await readFile(file))
    if (chain.length === 0) throw new Error('it has no certificate in it')
    return chain.map((certificate) => judge(setting, certificate, now))
  } catch (error) {
    return [unusable(setting, file, error)]
  }
}

const unusable = (setting: string, file: string, error: unknown): Finding =>
  fault(
    setting,
    `${file} cannot be used: ${messageOf(error)}.`,
    `${file} 无法使用：${messageOf(error)}。`,
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

async function checkKey(setting: string, certFile: string, keyFile: string): Promise<Finding> {
  try {
    const [certificate] = certificatesOf(await readFile(certFile))
    const key = createPrivateKey(await readFile(keyFile))
    if (certificate?.checkPrivateKey(key) === false) {
      return fault(
        setting,
        `${keyFile} is not the key of ${certFile}.`,
        `${keyFile} 不是 ${certFile} 的私钥。`,
      )
    }
    return ok(setting, `${keyFile} is the key of the certificate.`, `${keyFile} 与证书匹配。`)
  } catch (error) {
    return unusable(setting, keyFile, error)
  }
}
