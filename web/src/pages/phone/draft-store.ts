import type { Draft } from './draft.ts'

const NAME = 'wanmi-phone'

let opening: Promise<IDBDatabase> | undefined

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.addEventListener('upgradeneeded', () => {
      request.result.createObjectStore('drafts', { keyPath: 'id' })
      request.result.createObjectStore('photos')
    })
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => {
      reject(request.error ?? new Error('no store of drafts'))
    })
  })
  return opening
}

/** Resolves when it is on the disk of the phone. */
async function run<Result>(
  stores: readonly string[],
  mode: IDBTransactionMode,
  deed: (transaction: IDBTransaction) => IDBRequest<Result> | undefined,
): Promise<Result | undefined> {
  const database = await open()
  return new Promise((resolve, reject) => {
    const transaction = database.transaction([...stores], mode)
    const request = deed(transaction)
    const fail = (): void => reject(transaction.error ?? new Error('a draft was not kept'))
    transaction.addEventListener('complete', () => resolve(request?.result))
    transaction.addEventListener('error', fail)
    transaction.addEventListener('abort', fail)
  })
}

/**
 * What is being written, in the browser of this phone. Photos stand apart, so that a letter that is
 * typed does not write megabytes. @throws DOMException where a browser keeps nothing or is full
 */
export const draftStore = {
  async put(draft: Draft): Promise<void> {
    await run(['drafts'], 'readwrite', (all) => all.objectStore('drafts').put(draft))
  },

  async get(id: string): Promise<Draft | undefined> {
    return (await run(['drafts'], 'readonly', (all) => all.objectStore('drafts').get(id))) as
      | Draft
      | undefined
  },

  /** Of one account, the oldest first. */
  async list(accountId: string): Promise<readonly Draft[]> {
    const all = await run(['drafts'], 'readonly', (each) => each.objectStore('drafts').getAll())
    return ((all ?? []) as readonly Draft[])
      .filter((draft) => draft.accountId === accountId)
      .toSorted((one, other) => one.startedAt - other.startedAt)
  },

  async remove({ id, photos }: Draft): Promise<void> {
    await run(['drafts', 'photos'], 'readwrite', (all) => {
      for (const photo of photos) all.objectStore('photos').delete(photo.id)
      all.objectStore('drafts').delete(id)
      return undefined
    })
  },

  async putPhoto(id: string, bytes: Blob): Promise<void> {
    await run(['photos'], 'readwrite', (all) => all.objectStore('photos').put(bytes, id))
  },

  async photo(id: string): Promise<Blob | undefined> {
    return (await run(['photos'], 'readonly', (all) => all.objectStore('photos').get(id))) as
      | Blob
      | undefined
  },

  async removePhoto(id: string): Promise<void> {
    await run(['photos'], 'readwrite', (all) => all.objectStore('photos').delete(id) as IDBRequest)
  },
}
