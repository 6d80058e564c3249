/** Longest side of a photo that is sent, pixels: more shows no more of a hole in the road. */
const LONGEST_PX = 2_000
const QUALITY = 0.85

/**
 * A photo as it is sent: a larger one is drawn anew as JPEG, upright, whichever way the phone was held.
 * What this browser cannot draw, as HEIC in most, and what would not get smaller goes as it was taken.
 */
export async function shrinkPhoto(photo: File): Promise<File> {
  const picture = await createImageBitmap(photo, { imageOrientation: 'from-image' }).catch(
    () => null,
  )
  if (picture === null) return photo
  const scale = LONGEST_PX / Math.max(picture.width, picture.height)
  if (scale >= 1) {
    picture.close()
    return photo
  }
  const canvas = document.createElement('canvas')
  canvas.width = Math.round(picture.width * scale)
  canvas.height = Math.round(picture.height * scale)
  const brush = canvas.getContext('2d')
  if (brush) brush.imageSmoothingQuality = 'high'
  brush?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  const bytes = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', QUALITY)
  })
  if (!brush || bytes === null || bytes.size >= photo.size) return photo
  const { lastModified } = photo
  return new File([bytes], photo.name.replace(/\.\w+$/, '.jpg'), { type: bytes.type, lastModified })
}
