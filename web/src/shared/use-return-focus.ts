import { nextTick, onBeforeUnmount, onMounted, type Ref, watch } from 'vue'

/** How many openings behind each other are remembered: a form, and the box that it opens. */
const DEEPEST = 4

/** What had the focus when something was opened last, then what had it before that. */
let last: readonly HTMLElement[] = []

/**
 * Remembers what has the focus, and answers a deed that gives it back. What was drawn anew meanwhile is
 * found by its words; where nothing of it is left, as with a row that was removed, the content of the page
 * gets the focus. Who has moved on to somewhere else is left there.
 */
export function rememberFocus(): () => Promise<void> {
  const now = document.activeElement
  const own = now instanceof HTMLElement && now !== document.body ? [now] : []
  // What opens out of a box that closes returns to where that box came from.
  const isPassing = own.length === 0 || own[0]?.closest('.el-overlay')
  const before = [...own, ...(isPassing ? last : [])].slice(0, DEEPEST)
  last = before
  return async () => {
    await nextTick()
    // Only then everything that closes has let go.
    await new Promise(requestAnimationFrame)
    for (const element of [...before, ...before.map(twinOf), document.querySelector('main')]) {
      if (!isLost()) return
      if (element instanceof HTMLElement && element.isConnected) element.focus()
    }
  }
}

function isLost(): boolean {
  const now = document.activeElement
  if (now === null || now === document.body) return true
  // What still fades holds it for a moment, and lets it fall then.
  return now.closest('.dialog-fade-leave-active') !== null
}

const wordsOf = (element: Element): string =>
  element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''

function twinOf(gone: Element): Element | undefined {
  const words = wordsOf(gone)
  if (words === '') return undefined
  return [...document.querySelectorAll(`main ${gone.localName}`)].find(
    (element) => wordsOf(element) === words,
  )
}

/**
 * For whatever opens over a page, a dialog, a card or a form: when it closes, by whatever way, the focus
 * returns to what had it. Without `isOpen` it is open for as long as its component stands.
 */
export function useReturnFocus(isOpen?: Readonly<Ref<boolean>>): void {
  if (isOpen === undefined) {
    const giveBack = rememberFocus()
    onBeforeUnmount(() => void giveBack())
    return
  }
  let giveBack: (() => Promise<void>) | undefined
  watch(
    isOpen,
    (now) => {
      if (now) giveBack = rememberFocus()
      else void giveBack?.()
    },
    { flush: 'sync' },
  )
}

/** For a card that somebody opens beside where they are: it takes the focus, and gives it back. */
export function useCardFocus(card: Readonly<Ref<HTMLElement | null>>): void {
  // One that is open as the page is opened leaves the focus where pages have it.
  const isAsked = document.activeElement !== document.body
  useReturnFocus()
  onMounted(() => {
    if (isAsked) card.value?.querySelector('button')?.focus()
  })
}
