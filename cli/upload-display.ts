import { Presets, SingleBar } from 'cli-progress'

/** Shows how far a file is on its way. */
export interface UploadDisplay {
  show(bytes: number): void
  /** Gives the terminal back; may be called twice. */
  close(): void
}

const PLAIN_EVERY_MS = 5_000

/** A bar on a terminal; elsewhere a line now and then, and none for what takes no time. */
export function uploadDisplay(total: number | undefined): UploadDisplay {
  return process.stderr.isTTY && total !== undefined ? bar(total) : plainLines(total)
}

function bar(total: number): UploadDisplay {
  const single = new SingleBar(
    {
      format: '{bar} {percentage} %  {state}',
      hideCursor: true,
      stream: process.stderr,
      fps: 5,
    },
    Presets.shades_classic,
  )
  single.start(total, 0, { state: '' })
  let open = true
  return {
    show(bytes) {
      const state = bytes < total ? `${size(bytes)} of ${size(total)}` : 'sent, being stored'
      single.update(bytes, { state })
    },
    close() {
      if (open) single.stop()
      open = false
    },
  }
}

function plainLines(total: number | undefined): UploadDisplay {
  let next = performance.now() + PLAIN_EVERY_MS
  return {
    show(bytes) {
      if (performance.now() < next) return
      next = performance.now() + PLAIN_EVERY_MS
      console.error(`${size(bytes)}${total === undefined ? '' : ` of ${size(total)}`} sent`)
    },
    close: () => undefined,
  }
}

function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.ceil(bytes / 1_000)} kB`
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
