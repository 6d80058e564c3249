import { ref } from 'vue'

const KEY = 'wanmi.sound'
const BEEPS = 3

/** Whether critical cases are heard. */
export const hasSound = ref(localStorage.getItem(KEY) !== 'off')

let context: AudioContext | undefined

export function turnSound(): void {
  hasSound.value = !hasSound.value
  localStorage.setItem(KEY, hasSound.value ? 'on' : 'off')
  if (hasSound.value) beep()
}

/** Three short tones. A browser lets a page be heard only after somebody has clicked on it. */
export function beep(): void {
  if (!hasSound.value) return
  context ??= new AudioContext()
  if (context.state === 'suspended') void context.resume()
  const begin = context.currentTime
  for (let index = 0; index < BEEPS; index++) {
    const tone = context.createOscillator()
    const volume = context.createGain()
    tone.frequency.value = 880
    volume.gain.value = 0.15
    tone.connect(volume).connect(context.destination)
    tone.start(begin + index * 0.3)
    tone.stop(begin + index * 0.3 + 0.15)
  }
}
