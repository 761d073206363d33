// Processes of the story: started, waited for and ended; nothing sleeps for a fixed time.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** A port nobody listens on now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

/** A busy machine needs longer for the same: every time-out of these scripts is multiplied by XUNGE_PATIENCE. */
export const patient = (milliseconds) => milliseconds * Number(process.env.XUNGE_PATIENCE || 1)

/** Asks again until `question` answers with something true; fails after `limit` milliseconds, `patient` ones. */
export async function until(what, question, limit = 15_000) {
  const timeout = patient(limit)
  const end = Date.now() + timeout
  let last
  for (;;) {
    try {
      const answer = await question()
      if (answer) return answer
    } catch (failure) {
      last = failure
    }
    if (Date.now() > end) throw new Error(`not within ${timeout} ms: ${what}${last ? ` (${last.message})` : ''}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Resolves when a child process has ended. */
export function stopped(child) {
  return child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', resolve))
}

/** The sync server as a child process; `output` grows with what it prints. */
export class ServerProcess {
  constructor(binary, { data, port, args = [] }) {
    Object.assign(this, { binary, data, port, args })
    this.url = `http://127.0.0.1:${port}`
  }

  async start() {
    this.output = ''
    this.child = spawn(this.binary, ['serve', '--demo', '--data-dir', this.data, '--listen', `127.0.0.1:${this.port}`, ...this.args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on('data', (text) => (this.output += text))
    await until('the server is healthy', async () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended: ${this.output.slice(-2000)}`)
      return (await fetch(`${this.url}/healthz`)).ok
    }, 60_000)
  }

  async stop(signal = 'SIGTERM') {
    this.child.kill(signal)
    await stopped(this.child)
  }
}
