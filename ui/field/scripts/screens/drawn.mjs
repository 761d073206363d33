/** Two pictures of a fallen tree drawn by the page itself: nothing real is shown. */
export async function drawnPhotos(page) {
  const scenes = await page.evaluate(() =>
    [0, 1].map((close) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 900 })
      const draw = canvas.getContext('2d')
      const box = (color, x, y, w, h) => ((draw.fillStyle = color), draw.fillRect(x, y, w, h))
      box('#cfd8dc', 0, 0, 1200, 900)
      box('#9e9e98', 0, 560, 1200, 340)
      for (let house = 0; house < 4; house++) box(['#b79a7d', '#a58c74', '#c2a88c', '#ab8f78'][house], 40 + house * 290, 160 + (house % 2) * 90, 240, 400 - (house % 2) * 90)
      draw.lineWidth = close ? 110 : 60
      draw.strokeStyle = '#5b4630'
      draw.beginPath()
      draw.moveTo(100, 800)
      draw.lineTo(close ? 1200 : 900, close ? 300 : 480)
      draw.stroke()
      draw.fillStyle = '#4d7042'
      for (let leaf = 0; leaf < 9; leaf++) {
        draw.beginPath()
        draw.arc((close ? 900 : 820) + (leaf % 3) * 90, 330 + Math.floor(leaf / 3) * 90, 90, 0, 7)
        draw.fill()
      }
      return canvas.toDataURL('image/jpeg', 0.8).split(',')[1]
    }),
  )
  return scenes.map((base64, at) => ({ name: `scene-${at}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }))
}
