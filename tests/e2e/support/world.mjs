// The street of the story: one server with the demo street, one phone in its own folder.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { codeFrom, passwordFrom } from './printed.mjs'
import { freePort, ServerProcess } from './process.mjs'
import { openApp } from './webdriver.mjs'

const required = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run this through cargo xtask test`)
  return value
}

export const binaries = { server: required('XUNGE_SERVER_BIN'), app: required('XUNGE_APP_BIN') }
export const shots = required('XUNGE_SCREENSHOTS')
export const photos = (name) => join(required('XUNGE_DATA'), 'photos', name)

/** Starts the server with the demo street in a fresh folder and reads what it printed for its people. */
export async function demoStreet() {
  const folder = mkdtempSync(join(tmpdir(), 'xunge-story-'))
  const server = new ServerProcess(binaries.server, { data: join(folder, 'server'), port: await freePort() })
  await server.start()
  return { folder, server, password: passwordFrom(server.output), code: (login) => codeFrom(server.output, login) }
}

/** The phone: the real app in its own data folder, so that it can be killed and opened again. */
export function phone(folder) {
  return openApp({ binary: binaries.app, home: join(folder, 'phone') })
}

/** Makes the page behave as on Android, where `ipc:` requests do not exist and commands go through postMessage. */
export const rejectIpcUrls = `
  const real = window.fetch
  window.rejectedIpc = 0
  window.fetch = (input, init) => {
    if (!String(input?.url ?? input).startsWith('ipc:')) return real(input, init)
    window.rejectedIpc++
    return Promise.reject(new TypeError('no ipc: on this platform'))
  }`

/** How many requests `rejectIpcUrls` has stopped. */
export const rejectedIpc = (app) => app.run('return window.rejectedIpc ?? 0')
