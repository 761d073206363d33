// A static server for a built folder, on a free port of this machine.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png' }

/** The policy the app ships with, so that what it forbids fails here too; the phone in memory reads its map from `data:`. */
async function policy() {
  const { app } = JSON.parse(await readFile(new URL('../../../src-tauri/tauri.conf.json', import.meta.url), 'utf8'))
  const rules = { ...app.security.csp, 'connect-src': `${app.security.csp['connect-src']} data:` }
  return Object.entries(rules).map(([name, sources]) => `${name} ${sources}`).join('; ')
}

/** Serves `folder`; returns its address and how to stop. */
export async function serve(folder) {
  const csp = await policy()
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, 'http://x').pathname)).replace(/^[/\\]+/, '') || 'index.html'
    try {
      const body = await readFile(join(folder, path))
      response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'content-security-policy': csp }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready))
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }
}
