import { PHONE_WORKER, phoneAccount } from '#web/src/session/phone-account.ts'
import { session } from '#web/src/session/session.ts'

/** Sees to it that these pages open without a network next time, for the inspector who is here. */
export function openWithoutNetwork(): void {
  const { view, isRecalled } = session.state
  if (view === null || isRecalled || !session.is(['inspector'])) return
  phoneAccount.keep(view as Parameters<typeof phoneAccount.keep>[0])
  // The worker comes with the build, and browsers take it over https alone.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  navigator.serviceWorker
    .register(PHONE_WORKER.address, { scope: PHONE_WORKER.scope })
    .catch((error: unknown) => console.warn(error))
}
