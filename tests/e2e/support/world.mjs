// The street of the story: one server with the demo street, one phone in its own folder, one office browser.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
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
  return { folder, server, password: () => passwordFrom(server.output), code: (login) => codeFrom(server.output, login) }
}

/** The one password of all demo people, as the server prints it at each start. */
function passwordFrom(output) {
  const found = /password[^\S\n]*[:：][^\S\n]*(\S+)/i.exec(output)
  if (!found) throw new Error(`no demo password in: ${output.slice(0, 3000)}`)
  return found[1]
}

function codeFrom(output, login) {
  const found = new RegExp(`^.*\\b${login}\\b.*?\\b([A-Z2-9]{4}-?[A-Z2-9]{4})\\b`, 'm').exec(output)
  if (!found) throw new Error(`no enrolment code for ${login} in: ${output.slice(0, 3000)}`)
  return found[1]
}

/** The phone: the real app in its own data folder, so that it can be killed and opened again. */
export function phone(folder) {
  return openApp({ binary: binaries.app, home: join(folder, 'phone') })
}

/** Makes the page behave as on Android, where `ipc:` requests do not exist and commands go through postMessage. */
export const rejectIpcUrls = `
  const real = window.fetch
  window.fetch = (input, init) => String(input?.url ?? input).startsWith('ipc:')
    ? Promise.reject(new TypeError('no ipc: on this platform')) : real(input, init)`

/** A browser for the office; each person gets a context of their own. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.XUNGE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Signs a person in and gives the page. */
export async function signIn(browser, server, login, password, viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN' })
  const page = await context.newPage()
  await page.goto(server.url)
  await page.locator('[data-test=login]').fill(login)
  await page.locator('[data-test=password]').fill(password)
  await page.locator('[data-test=sign-in]').click()
  await page.locator('[data-test=sign-in]').waitFor({ state: 'detached' })
  return page
}
