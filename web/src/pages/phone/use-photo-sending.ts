import { shallowReactive } from 'vue'
import { Problem } from '#web/src/api/problem.ts'
import { useTexts } from '#web/src/locale/use-texts.ts'
import { problemSentence } from '#web/src/shared/problem-sentence.ts'
import { STATE_TEXTS } from '#web/src/shared/state-texts.ts'
import type { Draft } from './draft.ts'
import { uploadPhoto } from './upload-photo.ts'
import type { DraftDesk } from './use-draft.ts'

/** Uploads that nothing takes up are cleared away after some days: older ones are made anew. */
const UPLOAD_LASTS_MS = 20 * 3_600_000

export type PhotoState = { readonly share: number } | { readonly fault: string }

/** Uploads the photos of a draft that are not up yet, one after the other. */
export function usePhotoSending<Kind extends Draft>(desk: DraftDesk<Kind>) {
  const states = shallowReactive(new Map<string, PhotoState>())
  const told = useTexts(STATE_TEXTS)

  /** Answers the ids of the attachments. @throws Problem at the first that does not get through */
  async function sendPhotos(): Promise<readonly string[]> {
    await desk.whenAdded()
    const ids: string[] = []
    for (const photo of desk.draft.value.photos) {
      const { id, upload } = photo
      const bytes = desk.blobs.get(id)
      if (upload !== null && (Date.now() - upload.at < UPLOAD_LASTS_MS || bytes === undefined)) {
        ids.push(upload.id)
        continue
      }
      if (bytes === undefined) continue
      try {
        states.set(id, { share: 0 })
        const made = await uploadPhoto(photo, bytes, (share) => states.set(id, { share }))
        await desk.uploaded(id, made)
        states.delete(id)
        ids.push(made)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        states.set(id, { fault: problemSentence(error, told) })
        throw error
      }
    }
    return ids
  }
  return { states, sendPhotos }
}
