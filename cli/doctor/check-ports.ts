import { once } from 'node:events'
import { createServer } from 'node:net'
import { messageOf } from '#model/error.ts'
import type { Config } from '#runtime/config.ts'
import { type Finding, type Findings, fault, ok } from './finding.ts'
import { portHolder } from './port-holder.ts'

interface Door {
  readonly setting: string
  readonly host: string
  readonly port: number
}

/** The doors a service of this configuration opens; 0 takes a free port and is always well. */
function doorsOf({ http, mqtt }: Config): readonly Door[] {
  const doors: readonly { setting: string; host: string; port: number | null }[] = [
    { setting: 'HTTP_PORT', host: http.host, port: http.port },
    { setting: 'MQTT_PORT', host: mqtt.host, port: mqtt.port },
    { setting: 'MQTT_TLS_PORT', host: mqtt.host, port: mqtt.tlsPort },
    { setting: 'MQTT_WS_PORT', host: mqtt.host, port: mqtt.wsPort },
  ]
  return doors.filter((door): door is Door => door.port !== null && door.port > 0)
}

/** Whether the ports are free, or held by the service itself where it runs. */
export async function checkPorts(config: Config, isRunning: boolean): Promise<Findings> {
  return await Promise.all(doorsOf(config).map((door) => checkPort(door, isRunning)))
}

async function checkPort(door: Door, isRunning: boolean): Promise<Finding> {
  const { setting, host, port } = door
  const error = await tryPort(door)
  if (error === undefined) {
    return isRunning
      ? fault(
          setting,
          `A Wanmi runs here and does not listen on port ${port}: it was started with other settings.`,
          `本机已有 Wanmi 运行，但未监听端口 ${port}：其启动配置与此不同。`,
        )
      : ok(setting, `Port ${port} is free.`, `端口 ${port} 空闲。`)
  }
  if (error.code !== 'EADDRINUSE') {
    return fault(
      setting,
      `Port ${port} of ${host} cannot be opened: ${messageOf(error)}.`,
      `无法在 ${host} 上打开端口 ${port}：${messageOf(error)}。`,
    )
  }
  const holder = await portHolder(port)
  const [en, zh] = holder
    ? [`process ${holder.pid} (${holder.command})`, `进程 ${holder.pid}（${holder.command}）`]
    : ['a process that cannot be seen from here', '无法识别的进程']
  if (isRunning) {
    return ok(
      setting,
      `Port ${port} is held by ${en}, and a Wanmi runs here.`,
      `端口 ${port} 由${zh}占用，本机 Wanmi 正在运行。`,
    )
  }
  return fault(
    setting,
    `Port ${port} is taken by ${en}. End it, or give ${setting} another value.`,
    `端口 ${port} 已被${zh}占用。请结束该进程，或为 ${setting} 设置其他端口。`,
  )
}

async function tryPort({ host, port }: Door): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return undefined
  } catch (error) {
    return error as NodeJS.ErrnoException
  } finally {
    server.close()
  }
}
