import { onScopeDispose, ref, shallowReactive, shallowRef } from 'vue'
import type { Draft, DraftPhoto } from './draft.ts'
import { randomId } from './draft.ts'
import { draftStore } from './draft-store.ts'
import { shrinkPhoto } from './shrink-photo.ts'

/** A draft on the page and in the store of the phone: every change is kept as it is made. */
export function useDraft<Kind extends Draft>(first: Kind) {
  const draft = shallowRef<Kind>(first)
  /** When it was kept last, epoch ms; null: not yet. */
  const keptAt = ref<number | null>(null)
  /** The browser keeps nothing, as in a private window. */
  const isLost = ref(false)
  /** Of the photos on the page, for showing and sending. */
  const blobs = shallowReactive(new Map<string, Blob>())
  const urls = shallowReactive(new Map<string, string>())
  let writing: Promise<unknown> = Promise.resolve()

  function keep(deed: () => Promise<void>): Promise<void> {
    const before = writing
    const done = (async () => {
      await before
      try {
        await deed()
        keptAt.value = Date.now()
      } catch (error) {
        isLost.value = true
        console.warn(error)
      }
    })()
    writing = done
    return done
  }

  function change(patch: Partial<Kind>): Promise<void> {
    const next = { ...draft.value, ...patch }
    draft.value = next
    return keep(() => draftStore.put(next))
  }

  function show(id: string, bytes: Blob): void {
    blobs.set(id, bytes)
    urls.set(id, URL.createObjectURL(bytes))
  }

  function hide(id: string): void {
    const url = urls.get(id)
    if (url !== undefined) URL.revokeObjectURL(url)
    blobs.delete(id)
    urls.delete(id)
  }

  /** Puts another in its place, with its photos. */
  async function open(other: Kind): Promise<void> {
    await shrinking
    for (const id of blobs.keys()) hide(id)
    draft.value = other
    keptAt.value = null
    for (const { id } of other.photos) {
      const bytes = await draftStore.photo(id).catch(() => undefined)
      if (bytes && draft.value.id === other.id) show(id, bytes)
    }
  }

  /** Photos are made smaller one by one: a phone has room for few large pictures at once. */
  let shrinking: Promise<void> = Promise.resolve()

  function addPhotos(taken: readonly File[]): Promise<void> {
    const before = shrinking
    shrinking = (async () => {
      await before
      const files: File[] = []
      for (const file of taken) files.push(await shrinkPhoto(file))
      await putPhotos(files)
    })()
    return shrinking
  }

  async function putPhotos(files: readonly File[]): Promise<void> {
    const added = files.map((file): DraftPhoto => {
      const id = randomId()
      show(id, file)
      const shotAt = new Date(file.lastModified).toISOString()
      return { id, name: file.name, mediaType: file.type, shotAt, upload: null }
    })
    for (const { id } of added) {
      const bytes = blobs.get(id)
      if (bytes) void keep(() => draftStore.putPhoto(id, bytes))
    }
    await change({ photos: [...draft.value.photos, ...added] } as unknown as Partial<Kind>)
  }

  async function removePhoto(id: string): Promise<void> {
    hide(id)
    const photos = draft.value.photos.filter((photo: DraftPhoto) => photo.id !== id)
    await change({ photos } as unknown as Partial<Kind>)
    await keep(() => draftStore.removePhoto(id))
  }

  /** A photo was uploaded: it is not sent again. */
  function uploaded(id: string, uploadId: string): Promise<void> {
    const photos = draft.value.photos.map((photo: DraftPhoto) =>
      photo.id === id ? { ...photo, upload: { id: uploadId, at: Date.now() } } : photo,
    )
    return change({ photos } as unknown as Partial<Kind>)
  }

  /** It was sent, or is not wanted. */
  async function remove(): Promise<void> {
    const gone = draft.value
    for (const { id } of gone.photos) hide(id)
    await keep(() => draftStore.remove(gone))
  }

  onScopeDispose(() => {
    for (const id of blobs.keys()) hide(id)
  })
  return {
    draft,
    keptAt,
    isLost,
    blobs,
    urls,
    change,
    open,
    addPhotos,
    /** Resolves when every photo that was taken is in the draft. */
    whenAdded: () => shrinking,
    removePhoto,
    uploaded,
    remove,
  }
}

export type DraftDesk<Kind extends Draft> = ReturnType<typeof useDraft<Kind>>
