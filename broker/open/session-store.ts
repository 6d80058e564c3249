import { Readable } from 'node:stream'
import type { Subscription } from 'aedes'

/** What stands for the subscriptions of a session that is kept. */
export const KEPT: Subscription = { topic: 'kept', qos: 0 }

const nothing = async (): Promise<void> => {}
const none = (): Readable => Readable.from([])

/**
 * What aedes keeps sessions with (its option `persistence`), as far as it comes to use it here: to
 * learn whether there is one. It looks whether there are subscriptions, and so a session without any
 * would be none (MQTT-3.2.2-2). It is given one that stands for all, and is refused when aedes
 * restores it: sessions are kept in OpenSessions.
 */
export const sessionStore = (isKnown: (clientId: string) => boolean) => ({
  setup: nothing,
  subscriptionsByClient: async ({ id }: { readonly id: string }) => (isKnown(id) ? [KEPT] : []),
  cleanSubscriptions: nothing,
  cleanIncoming: nothing,
  outgoingStream: none,
  delWill: nothing,
  streamWill: none,
})
