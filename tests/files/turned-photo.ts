import type { Page } from 'playwright-core'

const ORIENTATION_RIGHT_TOP = 6

/** An EXIF block that says nothing but which way the phone was held. */
function exif(orientation: number): Buffer {
  const ifd = [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0]
  const tiff = Buffer.concat([Buffer.from('MM\0*', 'latin1'), Buffer.from(ifd)])
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(body.length + 2, 2)
  return Buffer.concat([head, body])
}

/** As a text, since it runs in a browser: red on the left, blue on the right, and noise over both. */
const DRAWN = `new Promise((resolve) => {
  const canvas = document.createElement('canvas')
  canvas.width = 3200
  canvas.height = 1600
  const brush = canvas.getContext('2d')
  brush.fillStyle = '#d00000'
  brush.fillRect(0, 0, 1600, 1600)
  brush.fillStyle = '#0000d0'
  brush.fillRect(1600, 0, 1600, 1600)
  brush.fillStyle = '#00000030'
  for (let at = 0; at < 40000; at += 1) {
    brush.fillRect((at * 7919) % 3200, (at * 104729) % 1600, 3, 3)
  }
  resolve(canvas.toDataURL('image/jpeg', 0.95).split(',')[1])
})`

/** A JPEG of 3200 by 1600 that is to be seen turned to the right: red above, blue below. */
export async function turnedPhoto(page: Page): Promise<Buffer> {
  const jpeg = Buffer.from(await page.evaluate<string>(DRAWN), 'base64')
  return Buffer.concat([jpeg.subarray(0, 2), exif(ORIENTATION_RIGHT_TOP), jpeg.subarray(2)])
}

/** What a browser sees of a picture that is sent: its size, and the colours above and below. */
export const seenOf = (page: Page, address: string) =>
  page.evaluate<{ width: number; height: number; above: string; below: string }>(
    `(async () => {
      const blob = await (await fetch(${JSON.stringify(address)})).blob()
      const { width, height } = await createImageBitmap(blob)
      const canvas = document.createElement('canvas')
      canvas.width = 2
      canvas.height = 2
      const brush = canvas.getContext('2d')
      brush.drawImage(await createImageBitmap(blob), 0, 0, 2, 2)
      const colour = (y) => {
        const [red, , blue] = brush.getImageData(0, y, 1, 1).data
        return red > blue ? 'red' : 'blue'
      }
      return { width, height, above: colour(0), below: colour(1) }
    })()`,
  )
