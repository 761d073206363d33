// First-load JavaScript of the build for the phone: what the entry loads before anything is tapped, the map apart.
// Prints each file and fails above the limit.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const LIMIT = 250_000
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist')
const manifest = JSON.parse(await readFile(join(dist, '.vite/manifest.json'), 'utf8'))

/** The entry, all it imports, and the platform it loads before it can show anything. */
function firstLoad() {
  const seen = new Set()
  const walk = (key) => {
    if (seen.has(key)) return
    seen.add(key)
    manifest[key].imports?.forEach(walk)
  }
  walk('index.html')
  Object.keys(manifest).filter((key) => key.startsWith('src/platform/')).forEach(walk)
  return [...seen].map((key) => manifest[key].file).filter((file) => file.endsWith('.js'))
}

const sizes = await Promise.all(
  firstLoad().map(async (file) => [file, gzipSync(await readFile(join(dist, file)), { level: 9 }).length]),
)
const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0)
for (const [file, bytes] of sizes) process.stdout.write(`${String(bytes).padStart(8)}  ${file}\n`)
process.stdout.write(`${String(total).padStart(8)}  first-load JavaScript, gzipped (limit ${LIMIT})\n`)
if (sizes.some(([file]) => /engine/.test(file))) throw new Error('the map is part of the first load')
if (total > LIMIT) process.exit(1)
