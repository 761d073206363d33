/** The built office behind the fake server, and the system's Chromium: what every check in a real browser starts from. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build, preview } from 'vite'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const settings = { root, mode: 'fake', configFile: path.join(root, 'vite.config.ts'), logLevel: 'error' }

/** Builds the office and serves it on a free port; with `now` the fake server's clock stands still. */
export async function serveBuilt(now) {
  if (now) process.env.OFFICE_NOW = now
  await build(settings)
  const server = await preview({ ...settings, preview: { port: 0, strictPort: false, host: '127.0.0.1' } })
  const url = server.resolvedUrls.local[0].replace(/\/$/, '')
  return { url, stop: () => server.close() }
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--enable-unsafe-swiftshader'],
})
