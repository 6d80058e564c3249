/** Puts a text where it can be pasted from. Answers whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  // Only over HTTPS, or on the machine itself, does a browser offer its clipboard.
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text)
      return true
    } catch (error) {
      console.warn(error)
    }
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  document.body.append(area)
  area.select()
  try {
    return document.execCommand('copy')
  } finally {
    area.remove()
  }
}
