import { onScopeDispose, ref, watch } from 'vue'
import type { CaseCommandName } from '#model/case-command.ts'

/** A letter for each command; two that never stand side by side may have the same. */
export const COMMAND_KEYS: Readonly<Record<CaseCommandName, string>> = {
  accept: 'a',
  reject: 'x',
  'ask-pre-verification': 'v',
  'pre-verify': 'v',
  file: 'f',
  dispatch: 'd',
  return: 'r',
  start: 's',
  note: 'n',
  'feed-back': 'f',
  'ask-post-check': 'c',
  'post-check': 'c',
  close: 'c',
  rework: 'w',
  void: 'z',
  'ask-extension': 'e',
  'grant-extension': 'e',
  'refuse-extension': 'h',
  'ask-parking': 'p',
  'grant-parking': 'p',
  'refuse-parking': 'q',
  resume: 'r',
  urge: 'u',
  'mark-key': 'k',
  merge: 'm',
  split: 's',
  reopen: 'o',
}

const KEY = 'wanmi.case-keys'

/** Whoever speaks to the browser instead of typing turns them off. */
export const hasKeys = ref(localStorage.getItem(KEY) !== 'off')
watch(hasKeys, (on) => localStorage.setItem(KEY, on ? 'on' : 'off'))

const TYPING = 'input, textarea, select, [contenteditable], [role=combobox], [role=dialog]'

/** Tells of letters that are pressed while nobody types; `?` is one of them, whatever is set. */
export function useKeys(onKey: (key: string) => boolean): void {
  function listen(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    if (event.target instanceof Element && event.target.closest(TYPING)) return
    if (!hasKeys.value) return
    if (onKey(event.key)) event.preventDefault()
  }
  window.addEventListener('keydown', listen)
  onScopeDispose(() => window.removeEventListener('keydown', listen))
}
