/** A truck tells when it sent a message as the count of its bins, which may be no greater. */
const MODULO_MS = 10_000_000

export const sentAtNow = (): number => Date.now() % MODULO_MS

/** How long ago that was, in ms. */
export const ageOf = (sentAt: number): number => (sentAtNow() - sentAt + MODULO_MS) % MODULO_MS
