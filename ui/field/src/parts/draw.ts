// What the web view can draw of a picture file that the phone itself cannot decode (HEIC on some systems).

/** The longest side in pixels: the phone makes its own smaller copies of it, and memory is short. */
const LONGEST = 4096

/** The picture as JPEG, upright; null when this web view cannot draw it either. */
export async function draw(file: Blob): Promise<File | null> {
  try {
    const picture = await createImageBitmap(file)
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height))
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(picture.width * scale)
    canvas.height = Math.round(picture.height * scale)
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
    picture.close()
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', 0.92))
    return blob && new File([blob], 'drawn.jpg', { type: 'image/jpeg' })
  } catch {
    return null
  }
}
