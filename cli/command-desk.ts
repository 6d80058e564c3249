import type { CommandDesk } from '#broker/ports.ts'
import type { createCommands } from '#store/queries/commands.ts'

/** The store's commands in the words of the broker. */
export function commandDesk(commands: ReturnType<typeof createCommands>): CommandDesk {
  const enter = async (id: string, state: 'sent' | 'acknowledged'): Promise<void> => {
    const { deviceId } = await commands.get(id)
    await commands.transition(deviceId, id, state)
  }
  return {
    pending: (deviceId) => commands.waiting(deviceId),
    sent: (id) => enter(id, 'sent'),
    acknowledged: (id) => enter(id, 'acknowledged'),
    // A reply may come twice: the second changes nothing and is no fault.
    reply: async (deviceId, { id, state, result }) =>
      (await commands.transition(deviceId, id, state, result)) !== undefined ||
      (await commands.has(deviceId, id)),
  }
}
