import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { text } from 'node:stream/consumers'
import type { Config } from '#runtime/config.ts'
import { type Finding, fault, ok } from './finding.ts'

const PATIENCE_MS = 3_000
const EVERY_ADDRESS = ['0.0.0.0', '::']

export interface ServiceState {
  readonly isRunning: boolean
  readonly finding: Finding
}

/** Whether a Wanmi answers where this configuration puts it, and takes messages. */
export async function checkService({ http }: Config): Promise<ServiceState> {
  const host = EVERY_ADDRESS.includes(http.host) ? '127.0.0.1' : http.host
  const scheme = http.tlsCertFile === null ? 'http' : 'https'
  const base = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${http.port}`
  const alive = http.port === 0 ? undefined : await ask<{ status?: string }>(`${base}/health/live`)
  if (alive?.status !== 'alive') {
    const said = ['No Wanmi runs here now.', '本机当前没有 Wanmi 在运行。'] as const
    return { isRunning: false, finding: ok('service', ...said) }
  }
  const ready = await ask<{ status?: string; detail?: string }>(`${base}/health/ready`)
  if (ready?.status === 'ready') {
    const text = [
      `A Wanmi runs at ${base} and takes messages.`,
      `Wanmi 正在 ${base} 运行并接收消息。`,
    ]
    return { isRunning: true, finding: ok('service', text[0] ?? '', text[1] ?? '') }
  }
  const why = ready?.detail ?? 'it does not say why'
  return {
    isRunning: true,
    finding: fault(
      'service',
      `A Wanmi runs at ${base} and takes no messages: ${why}.`,
      `Wanmi 正在 ${base} 运行，但未接收消息：${why}。`,
    ),
  }
}

async function ask<Answer>(url: string): Promise<Answer | undefined> {
  try {
    return JSON.parse(await text(await get(url))) as Answer
  } catch {
    return undefined
  }
}

/** Whether its certificate is trusted here is another question than whether it runs. */
function get(url: string): Promise<IncomingMessage> {
  const signal = AbortSignal.timeout(PATIENCE_MS)
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:')
      ? getHttps(url, { signal, rejectUnauthorized: false }, resolve)
      : getHttp(url, { signal }, resolve)
    request.on('error', reject)
  })
}
