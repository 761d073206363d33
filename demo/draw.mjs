// Draws the demo street's pictures: flat synthetic scenes as PNG, so that no real photograph is ever shipped.
import { deflateSync } from 'node:zlib'

const WIDTH = 640
const HEIGHT = 480

const crcTable = Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c >>> 0
})

function crc32(bytes) {
  let c = 0xffffffff
  for (const byte of bytes) c = crcTable[(c ^ byte) & 0xff] ^ (c >>> 8)
  return (c ^ 0xffffffff) >>> 0
}

function chunk(type, body) {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body])
  const tail = Buffer.alloc(4)
  tail.writeUInt32BE(crc32(typed))
  return Buffer.concat([head, typed, tail])
}

/** A canvas of palette-free RGB pixels with the few shapes the scenes need. */
export class Canvas {
  constructor(sky, ground) {
    this.pixels = Buffer.alloc(WIDTH * HEIGHT * 3)
    this.rect(0, 0, WIDTH, HEIGHT * 0.55, sky)
    this.rect(0, HEIGHT * 0.55, WIDTH, HEIGHT * 0.45, ground)
  }

  dot(x, y, [r, g, b]) {
    if (x < 0 || y < 0 || x >= WIDTH || y >= HEIGHT) return
    const i = (Math.floor(y) * WIDTH + Math.floor(x)) * 3
    this.pixels[i] = r
    this.pixels[i + 1] = g
    this.pixels[i + 2] = b
  }

  rect(x, y, w, h, color) {
    this.polygon([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], color)
  }

  polygon(points, color) {
    const ys = points.map((p) => p[1])
    for (let y = Math.max(0, Math.floor(Math.min(...ys))); y < Math.min(HEIGHT, Math.max(...ys)); y++) {
      const cuts = []
      points.forEach(([x1, y1], i) => {
        const [x2, y2] = points[(i + 1) % points.length]
        if (y1 <= y !== y2 <= y) cuts.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1))
      })
      cuts.sort((a, b) => a - b)
      for (let i = 0; i + 1 < cuts.length; i += 2) for (let x = cuts[i]; x < cuts[i + 1]; x++) this.dot(x, y, color)
    }
  }

  ellipse(cx, cy, rx, ry, color) {
    const points = Array.from({ length: 48 }, (_, i) => {
      const a = (i / 48) * 2 * Math.PI
      return [cx + rx * Math.cos(a), cy + ry * Math.sin(a)]
    })
    this.polygon(points, color)
  }

  line(x1, y1, x2, y2, width, color) {
    const length = Math.hypot(x2 - x1, y2 - y1) || 1
    const dx = ((y2 - y1) / length) * (width / 2)
    const dy = ((x2 - x1) / length) * (width / 2)
    this.polygon([[x1 + dx, y1 - dy], [x2 + dx, y2 - dy], [x2 - dx, y2 + dy], [x1 - dx, y1 + dy]], color)
  }

  png() {
    const rows = []
    for (let y = 0; y < HEIGHT; y++) rows.push(Buffer.from([0]), this.pixels.subarray(y * WIDTH * 3, (y + 1) * WIDTH * 3))
    const header = Buffer.alloc(13)
    header.writeUInt32BE(WIDTH, 0)
    header.writeUInt32BE(HEIGHT, 4)
    header.set([8, 2, 0, 0, 0], 8)
    const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
    return Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('IDAT', deflateSync(Buffer.concat(rows), { level: 9 })),
      chunk('IEND', Buffer.alloc(0)),
    ])
  }
}

const SKY = [186, 210, 226]
const STORM = [142, 152, 164]
const ASPHALT = [112, 114, 118]
const PAVING = [176, 168, 154]
const BARK = [104, 78, 56]
const LEAF = [72, 124, 72]
const WALL = [212, 198, 176]
const GLASS = [132, 160, 178]
const DARK = [48, 50, 54]
const RED = [198, 62, 44]
const YELLOW = [232, 186, 60]
const WHITE = [240, 240, 236]
const WATER = [96, 128, 146]
const RUST = [142, 96, 70]

function house(c, x, w, color = WALL) {
  c.rect(x, 70, w, 200, color)
  for (let wx = x + 16; wx + 34 < x + w; wx += 54)
    for (let wy = 90; wy < 240; wy += 56) c.rect(wx, wy, 34, 34, GLASS)
}

function street(sky = SKY, ground = ASPHALT) {
  const c = new Canvas(sky, ground)
  house(c, 20, 180)
  house(c, 230, 150, [198, 184, 170])
  house(c, 430, 200, [220, 208, 190])
  c.rect(0, 258, 640, 26, PAVING)
  for (let x = 10; x < 640; x += 90) c.rect(x, 380, 46, 8, WHITE)
  return c
}

/** One function per picture; the key is the file's name. */
export const scenes = {
  'tree-down': () => {
    const c = street(STORM)
    c.line(60, 420, 520, 320, 30, BARK)
    for (const [x, y] of [[430, 330], [500, 300], [540, 340], [470, 370], [560, 310]]) c.ellipse(x, y, 66, 46, LEAF)
    return c
  },
  'tree-cleared': () => {
    const c = street()
    c.ellipse(70, 420, 40, 16, BARK)
    c.ellipse(70, 414, 32, 11, [168, 132, 92])
    return c
  },
  'sign-down': () => {
    const c = street(STORM)
    c.polygon([[220, 300], [520, 260], [540, 400], [240, 440]], RED)
    c.polygon([[250, 330], [500, 296], [506, 330], [256, 366]], WHITE)
    c.line(210, 290, 190, 440, 12, DARK)
    return c
  },
  'sign-removed': () => {
    const c = street()
    c.line(220, 258, 220, 284, 12, DARK)
    c.line(480, 258, 480, 284, 12, DARK)
    return c
  },
  pothole: () => {
    const c = street()
    c.ellipse(330, 390, 130, 46, DARK)
    c.ellipse(338, 396, 100, 30, [74, 70, 66])
    return c
  },
  'pothole-filled': () => {
    const c = street()
    c.ellipse(330, 390, 132, 48, [92, 93, 96])
    return c
  },
  manhole: () => {
    const c = street()
    c.ellipse(320, 390, 90, 38, DARK)
    c.ellipse(320, 394, 78, 30, [16, 16, 18])
    c.ellipse(470, 420, 88, 34, RUST)
    return c
  },
  'manhole-closed': () => {
    const c = street()
    c.ellipse(320, 390, 90, 38, DARK)
    c.ellipse(320, 390, 80, 32, RUST)
    for (let x = 270; x < 380; x += 22) c.line(x, 370, x, 410, 4, DARK)
    return c
  },
  waste: () => {
    const c = street()
    for (const [x, y, r, color] of [[250, 380, 50, DARK], [320, 400, 60, [58, 62, 88]], [390, 390, 46, [96, 96, 100]], [300, 350, 36, WHITE], [440, 410, 34, YELLOW]])
      c.ellipse(x, y, r, r * 0.8, color)
    return c
  },
  'waste-cleared': () => street(),
  'lamp-out': () => {
    const c = new Canvas([44, 52, 74], [40, 42, 48])
    c.line(320, 60, 320, 400, 12, [88, 90, 96])
    c.line(320, 64, 420, 64, 10, [88, 90, 96])
    c.ellipse(424, 74, 28, 12, [70, 72, 78])
    return c
  },
  'lamp-on': () => {
    const c = new Canvas([44, 52, 74], [52, 54, 60])
    c.polygon([[400, 80], [448, 80], [560, 400], [288, 400]], [92, 92, 84])
    c.line(320, 60, 320, 400, 12, [88, 90, 96])
    c.line(320, 64, 420, 64, 10, [88, 90, 96])
    c.ellipse(424, 74, 28, 12, [255, 236, 170])
    return c
  },
  flooded: () => {
    const c = street(STORM)
    c.polygon([[0, 330], [640, 310], [640, 480], [0, 480]], WATER)
    for (let y = 340; y < 470; y += 26) c.line(40 + y, y, 180 + y, y - 3, 4, [146, 172, 186])
    return c
  },
  'wall-cracked': () => {
    const c = new Canvas(WALL, PAVING)
    const crack = [[300, 0], [330, 60], [306, 120], [350, 190], [322, 262]]
    crack.slice(1).forEach(([x, y], i) => c.line(crack[i][0], crack[i][1], x, y, 7, DARK))
    c.rect(90, 60, 90, 110, GLASS)
    c.rect(450, 60, 90, 110, GLASS)
    return c
  },
  'fire-lane': () => {
    const c = street(SKY, [124, 122, 120])
    for (let x = 20; x < 640; x += 60) c.polygon([[x, 470], [x + 30, 470], [x + 60, 440], [x + 30, 440]], YELLOW)
    c.rect(200, 320, 250, 74, [60, 92, 140])
    c.polygon([[240, 320], [280, 276], [380, 276], [420, 320]], [84, 116, 160])
    c.ellipse(250, 396, 30, 30, DARK)
    c.ellipse(400, 396, 30, 30, DARK)
    return c
  },
  clutter: () => {
    const c = new Canvas([206, 200, 190], [150, 144, 138])
    c.rect(0, 0, 120, 480, [186, 178, 166])
    c.rect(300, 240, 130, 180, [160, 122, 82])
    c.rect(440, 300, 100, 120, [122, 92, 66])
    c.ellipse(240, 390, 44, 44, DARK)
    c.ellipse(240, 390, 30, 30, [150, 144, 138])
    return c
  },
}
