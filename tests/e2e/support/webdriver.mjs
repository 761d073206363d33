// A small WebDriver client for the real app's window; speaks to WebKitWebDriver directly.
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { freePort, stopped, until } from './process.mjs'

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'

/** Starts a driver for one app process with its own data folder. `kill` ends the app as a crash would. */
export async function openApp({ binary, home, width = 390, height = 844, env = {} }) {
  const port = await freePort()
  const driver = spawn('WebKitWebDriver', [`--port=${port}`], {
    env: { ...process.env, ...env, TAURI_WEBVIEW_AUTOMATION: 'true', XDG_DATA_HOME: home, XDG_CACHE_HOME: `${home}/cache` },
    stdio: 'ignore',
  })
  const base = `http://127.0.0.1:${port}`
  await until('the driver listens', async () => (await fetch(`${base}/status`)).ok, 15_000)
  const { sessionId } = await call(base, 'POST', '/session', {
    capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': { binary, args: [] } } },
  })
  const app = new App(base, sessionId, driver)
  await app.send('POST', '/window/rect', { x: 0, y: 0, width, height })
  return app
}

async function call(base, method, path, body) {
  const reply = await fetch(base + path, { method, body: body && JSON.stringify(body) })
  const { value } = await reply.json()
  if (!reply.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`)
  return value
}

class App {
  constructor(base, session, driver) {
    Object.assign(this, { base, session, driver })
  }

  send(method, path, body) {
    return call(this.base, method, `/session/${this.session}${path}`, body)
  }

  /** Runs `script` in the page; `return` gives a value back. */
  run(script, ...args) {
    return this.send('POST', '/execute/sync', { script, args })
  }

  /** The first element for a CSS selector, waiting for it to exist. */
  async find(selector, timeout = 15_000) {
    const found = await until(`${selector} is there`, async () => {
      const list = await this.send('POST', '/elements', { using: 'css selector', value: selector })
      return list[0]?.[ELEMENT]
    }, timeout)
    return found
  }

  async has(selector) {
    return (await this.send('POST', '/elements', { using: 'css selector', value: selector })).length > 0
  }

  async count(selector) {
    return (await this.send('POST', '/elements', { using: 'css selector', value: selector })).length
  }

  async tap(selector, timeout) {
    await this.patiently(selector, timeout, (id) => this.send('POST', `/element/${id}/click`, {}))
  }

  async type(selector, text) {
    await this.patiently(selector, undefined, (id) => this.send('POST', `/element/${id}/value`, { text }))
  }

  /** Replaces what a text field holds. */
  async fill(selector, text) {
    await this.patiently(selector, undefined, (id) => this.send('POST', `/element/${id}/clear`, {}))
    await this.type(selector, text)
  }

  /** Acts on an element once it stands still and free of the bars: a sheet that slides away refuses for a moment. */
  async patiently(selector, timeout, act) {
    await until(`${selector} takes it`, async () => {
      const id = await this.find(selector, timeout)
      try {
        await this.run('arguments[0].scrollIntoView({ block: "center" })', { [ELEMENT]: id })
        await act(id)
        return true
      } catch (failure) {
        if (/intercepted|stale|not interactable/.test(failure.message)) return false
        throw failure
      }
    }, timeout)
  }

  async text(selector) {
    return this.send('GET', `/element/${await this.find(selector)}/text`)
  }

  /** What the window shows, as a base64 PNG. */
  picture() {
    return this.send('GET', '/screenshot')
  }

  /** A picture of the window at rest: a busy machine would show what was there some frames ago. */
  async screenshot(file) {
    const frames = 'const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done(true)))'
    let last
    await until('the window has come to rest', async () => {
      await this.send('POST', '/execute/async', { script: frames, args: [] })
      const before = last
      last = await this.picture()
      return last === before
    }).catch(() => {}) // what moves for ever is taken as it is
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, Buffer.from(last, 'base64'))
  }

  /** Ends the app's process with SIGKILL, as the system would for memory or a flat battery. */
  async kill() {
    const { pid } = this.driver
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number)
    if (!children.length || children.some((child) => !child)) throw new Error('the driver has no app to kill')
    for (const child of children) process.kill(child, 'SIGKILL')
    this.driver.kill('SIGKILL')
    await stopped(this.driver)
  }

  async close() {
    await this.send('DELETE', '').catch(() => {})
    this.driver.kill()
    await stopped(this.driver)
  }
}
