import type { Command } from '#model/command.ts'
import type { Device } from '#model/device.ts'
import { Rejected } from '#model/error.ts'
import { patrolTerminal } from '#model/kinds/patrol-terminal.ts'
import { TASK_COMMAND, type TerminalTask, terminalTaskArgs } from '#model/terminal-task.ts'
import type { DurationMs } from '#model/time.ts'

interface TerminalTaskParts {
  readonly commands: {
    queue(command: {
      readonly deviceId: string
      readonly name: string
      readonly args: Readonly<Record<string, unknown>>
      readonly expiresIn: DurationMs
      readonly id?: string | undefined
    }): Promise<Command>
  }
  readonly findDevice: (id: string) => Device | undefined
  /** Tells whoever holds the connections that something waits for a device. */
  readonly deliver: (deviceId: string) => void
}

/** Gives inspectors their tasks: each is a command to the terminal that somebody carries. */
export function createTerminalTasks({ commands, findDevice, deliver }: TerminalTaskParts) {
  return {
    /**
     * @param id of the caller's own, so that the same task given again is one
     * @returns the command; its id is what the answer names
     * @throws Rejected('conflict') where the device is no terminal that is in use
     */
    async give(
      deviceId: string,
      task: TerminalTask,
      expiresIn: DurationMs,
      id?: string,
    ): Promise<Command> {
      const device = findDevice(deviceId)
      if (device?.kind !== patrolTerminal.name || !device.enabled) {
        throw new Rejected('conflict', `${deviceId} is no terminal that is in use`)
      }
      const args = terminalTaskArgs(task, device.coordinateSystem)
      const command = await commands.queue({ deviceId, name: TASK_COMMAND, args, expiresIn, id })
      deliver(deviceId)
      return command
    },
  }
}
