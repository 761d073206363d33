import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Connect, Plugin } from 'vite'
import { FakeOffice } from './server.ts'

async function bodyOf(incoming: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function live(office: FakeOffice, incoming: IncomingMessage, outgoing: ServerResponse) {
  outgoing.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  outgoing.write(': hello\n\n')
  const stop = office.subscribe(() => outgoing.write('event: poke\ndata: {"bucket":"street","rev":1}\n\n'))
  incoming.on('close', stop)
}

/** With `OFFICE_NOW`, the same day and time in every answer. */
const fixed = process.env['OFFICE_NOW']
const clock = fixed ? () => Date.parse(fixed) : Date.now

/** Serves `/v1` from memory while developing; `POST /fake/arrive` makes a report come in, `POST /fake/setup` asks for set-up. */
export function fakeServer(): Plugin {
  const office = new FakeOffice(clock)
  const serve = (server: { middlewares: Connect.Server }) => {
    server.middlewares.use(async (incoming, outgoing, next) => {
      const path = incoming.url ?? '/'
      if (path === '/fake/arrive') { office.arrive(office.cases.length); outgoing.end(); return }
      if (path === '/fake/setup') { office.setupNeeded = true; outgoing.end(); return }
      if (path === '/v1/live') { live(office, incoming, outgoing); return }
      if (!path.startsWith('/v1/')) { next(); return }
      const method = incoming.method ?? 'GET'
      const body = method === 'GET' ? undefined : await bodyOf(incoming)
      const headers = Object.entries(incoming.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []))
      const request = new Request(`http://${incoming.headers.host ?? 'fake'}${path}`, { method, headers, body: body?.length ? body : undefined })
      const answer = await office.handle(request)
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
      outgoing.end(Buffer.from(await answer.arrayBuffer()))
    })
  }
  return { name: 'xunge-fake-server', configureServer: serve, configurePreviewServer: serve }
}
