import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

export interface ScratchFolder extends AsyncDisposable {
  readonly path: string
}

/** A folder of its own that the database's user can enter, also when the tests run as root. */
export async function scratchFolder(): Promise<ScratchFolder> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wanmi-'))
  await chmod(folder, 0o755)
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
