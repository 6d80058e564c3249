/** So long at most is waited, where a page never comes to rest. */
const MOST_MS = 1_500

/** Once what is there already was drawn and the browser has nothing more urgent to do. */
export const whenIdle = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      // Not every browser tells when it is idle.
      if ('requestIdleCallback' in window) {
        requestIdleCallback(() => resolve(), { timeout: MOST_MS })
      } else setTimeout(resolve, 50)
    })
  })
