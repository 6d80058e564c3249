import { ref } from 'vue'

export const THEMES = ['dark', 'light'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'wanmi.theme'

const chosen = localStorage.getItem(KEY)

/** Dark unless light was chosen: control rooms are dark. */
export const theme = ref<Theme>(chosen === 'light' ? 'light' : 'dark')

export function setTheme(value: Theme): void {
  theme.value = value
  localStorage.setItem(KEY, value)
  show(value)
}

function show(value: Theme): void {
  // Element Plus goes by the class.
  document.documentElement.classList.toggle('dark', value === 'dark')
  document.documentElement.dataset['theme'] = value
}

show(theme.value)

/** Paper is white, whatever the screen is. */
let onScreen = theme.value
window.addEventListener('beforeprint', () => {
  onScreen = theme.value
  theme.value = 'light'
  show('light')
})
window.addEventListener('afterprint', () => {
  theme.value = onScreen
  show(onScreen)
})

/** A colour of the theme as it is now, for what is drawn on a canvas. */
export const themeColour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--w-${name}`).trim()
