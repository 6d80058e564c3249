import { computed, reactive, readonly, shallowRef } from 'vue'
import type { Role } from '#model/role.ts'
import { bareApi } from '#web/src/api/bare-client.ts'
import { answerOf, Problem } from '#web/src/api/problem.ts'
import type { components } from '#web/src/api/schema.d.ts'
import { phoneAccount } from './phone-account.ts'

export type SessionView = components['schemas']['Session']
type Ways = { readonly oidc: { readonly title: string; readonly address: string } | null }

const state = reactive({
  /** Who is signed in; null: nobody, or not known yet. */
  view: null as SessionView | null,
  /** The session ended under a page that is still open. */
  hasEnded: false,
  /** The service could not be asked: this is who was here last. */
  isRecalled: false,
})
const ways = shallowRef<Ways | null>(null)
let renewed: { promise: Promise<void>; resolve: () => void } | undefined

/** Who is signed in in this browser, and how they come and go. */
export const session = {
  state: readonly(state),
  ways: readonly(ways),

  get csrf(): string | null {
    return state.view?.csrf ?? null
  },

  /** Whether one of these roles is held. */
  is(roles: readonly Role[]): boolean {
    return state.view?.roles.some((role) => roles.includes(role)) ?? false
  },

  /** Finds out who is signed in, if anybody. @throws Problem when the service does not answer */
  async load(): Promise<void> {
    try {
      state.view = await answerOf(bareApi.GET('/api/v1/session'))
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      state.view = null
      await phoneAccount.forget()
    }
  },

  /** Without a network the pages for phones open for whoever used them last. */
  recall(): void {
    state.view = phoneAccount.read()
    state.isRecalled = state.view !== null
  },

  /**
   * Before anything is changed: whoever was only recalled is found to be signed in still, or signs in
   * again. @throws Problem when the service does not answer
   */
  async confirm(): Promise<void> {
    if (!state.isRecalled) return
    try {
      session.enter(await answerOf(bareApi.GET('/api/v1/session')))
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      await session.signInAgain()
    }
  },

  async loadWays(): Promise<void> {
    ways.value ??= await answerOf(bareApi.GET('/api/v1/session/ways'))
  },

  /** @throws Problem */
  async signIn(login: string, password: string): Promise<void> {
    session.enter(await answerOf(bareApi.POST('/api/v1/session', { body: { login, password } })))
  },

  /** Whether somebody is signed in still. */
  async stands(): Promise<boolean> {
    const { response } = await bareApi.GET('/api/v1/session')
    return response.status !== 401
  },

  /** Looks again who is signed in: somebody came back from the provider in another window. */
  async lookAgain(): Promise<boolean> {
    await session.load()
    if (state.view === null) return false
    session.enter(state.view)
    return true
  },

  async signOut(): Promise<void> {
    const headers = { 'x-csrf-token': session.csrf ?? '' }
    const { response } = await bareApi.DELETE('/api/v1/session', { headers })
    if (!response.ok && response.status !== 401) {
      throw new Problem({ code: 'unreachable', status: response.status })
    }
    await leave()
  },

  /** Resolves when whoever sat here has signed in again. */
  signInAgain(): Promise<void> {
    state.hasEnded = true
    renewed ??= Promise.withResolvers<void>()
    return renewed.promise
  },

  /** Somebody signed in, or has a new session. */
  enter(view: SessionView): void {
    const before = state.view
    state.view = view
    state.hasEnded = false
    state.isRecalled = false
    renewed?.resolve()
    renewed = undefined
    if (before === null || before.accountId === view.accountId) return
    // Another person sees other things than what stands on the page.
    void phoneAccount.forget().finally(() => window.location.assign('/'))
  },

  /** Whoever sat here does not sign in again: everything open is given up. */
  leave,
}

async function leave(): Promise<void> {
  await phoneAccount.forget().catch((error: unknown) => console.warn(error))
  state.view = null
  window.location.assign('/sign-in')
}

export const me = computed(() => state.view)
