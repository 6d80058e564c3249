import type { Broker } from '#broker/broker.ts'

/** Where a client on this machine finds each listener, plain first. */
export const mqttUrlsOf = ({ tcp, tls, ws }: Broker['ports']): readonly string[] =>
  [
    `mqtt://127.0.0.1:${tcp}`,
    tls === null ? null : `mqtts://127.0.0.1:${tls}`,
    ws === null ? null : `ws://127.0.0.1:${ws}`,
  ].filter((url) => url !== null)
