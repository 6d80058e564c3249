import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Config } from '#runtime/config.ts'
import { type Finding, type Findings, ok, warning } from './finding.ts'

const SHORTEST_TOKEN = 20

/** Secrets that are unset, weak or open to others; none is ever shown. */
export async function checkSecrets(config: Config): Promise<Findings> {
  return [
    await adminToken(config),
    ...databasePassword(config),
    ...plainMqtt(config),
    ...storage(config),
  ]
}

async function adminToken({ http, store }: Config): Promise<Finding> {
  const about = 'ADMIN_TOKEN'
  if (http.adminToken !== null) {
    return http.adminToken.length < SHORTEST_TOKEN
      ? warning(
          about,
          `ADMIN_TOKEN has fewer than ${SHORTEST_TOKEN} characters and can be guessed: take a longer one.`,
          `ADMIN_TOKEN 不足 ${SHORTEST_TOKEN} 个字符，容易被猜中：请换用更长的令牌。`,
        )
      : ok(about, 'ADMIN_TOKEN is set.', '已设置 ADMIN_TOKEN。')
  }
  const file = path.join(store.dataDir, 'admin-token')
  const mode = await stat(file).then(
    (found) => found.mode,
    () => undefined,
  )
  if (mode === undefined) {
    return ok(
      about,
      'ADMIN_TOKEN is unset: the first start makes a token and shows it once.',
      '未设置 ADMIN_TOKEN：首次启动时生成令牌并仅显示一次。',
    )
  }
  return (mode & 0o077) === 0
    ? ok(about, `The token of the API is in ${file}.`, `API 令牌保存在 ${file}。`)
    : warning(
        about,
        `Others can read the token in ${file}: chmod 600 it.`,
        `其他用户可读取 ${file} 中的令牌：请执行 chmod 600。`,
      )
}

function databasePassword({ store }: Config): Findings {
  const { databaseUrl } = store
  if (databaseUrl === null || !URL.canParse(databaseUrl)) return []
  return new URL(databaseUrl).password === '' && process.env['PGPASSWORD'] === undefined
    ? [
        warning(
          'DATABASE_URL',
          'DATABASE_URL has no password: whoever reaches the database may read and change everything.',
          'DATABASE_URL 未包含密码：能连接数据库者即可读取和修改全部数据。',
        ),
      ]
    : []
}

function plainMqtt({ mqtt }: Config): Findings {
  const isLocal = ['127.0.0.1', '::1', 'localhost'].includes(mqtt.host)
  if (isLocal || mqtt.tlsPort !== null) return []
  return [
    warning(
      'MQTT_TLS_PORT',
      'There is no MQTT over TLS: the secrets of devices cross the network as plain text.',
      '未启用 MQTT over TLS：设备密钥以明文经过网络。',
    ),
  ]
}

function storage({ attachments }: Config): Findings {
  const { s3Endpoint, s3AccessKeyId, s3SecretAccessKey, s3Bucket } = attachments
  if (s3Endpoint === null) return []
  const unset = [
    ...(s3Bucket === null ? ['ATTACHMENTS_S3_BUCKET'] : []),
    ...(s3AccessKeyId === null ? ['ATTACHMENTS_S3_ACCESS_KEY_ID'] : []),
    ...(s3SecretAccessKey === null ? ['ATTACHMENTS_S3_SECRET_ACCESS_KEY'] : []),
  ]
  return unset.map((name) =>
    warning(
      name,
      `ATTACHMENTS_S3_ENDPOINT is set and ${name} is not.`,
      `已设置 ATTACHMENTS_S3_ENDPOINT，但未设置 ${name}。`,
    ),
  )
}
