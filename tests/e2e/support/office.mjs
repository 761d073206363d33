// What people of the office do in the browser.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { patient } from './process.mjs'
import { assertMapDrawn, readTokens } from './map.mjs'

/** A browser for the office; each person gets a context of their own. */
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.XUNGE_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  })
}

/** Signs a person in and gives the page. */
export async function signIn(browser, url, login, password, viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: 'zh-CN' })
  context.setDefaultTimeout(patient(30_000))
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('[data-test=login]').fill(login)
  await page.locator('[data-test=password]').fill(password)
  await page.locator('[data-test=sign-in]').click()
  await page.locator('[data-test=sign-in]').waitFor({ state: 'detached' })
  return page
}

/** The page's live connection stands, or is down. */
export const liveIs = (page, stands, timeout) => page.locator(`[data-test=live][data-live=${stands}]`).waitFor({ timeout: patient(timeout) })

/** The one row of the list in front that holds `text`. */
export async function rowWith(page, text, timeout) {
  const row = page.locator('[data-test=case-row]', { hasText: text })
  await row.first().waitFor({ timeout: patient(timeout) })
  assert.equal(await row.count(), 1, 'a report stands once in its queue')
  return row
}

/** Asks the server as the person of this page. */
export const ask = (page, path) => page.evaluate(async (url) => (await fetch(url)).json(), path)

/** Types into the search box and gives how many rows the list then shows. */
export async function search(page, words) {
  const answered = page.waitForResponse((response) => new URL(response.url()).searchParams.get('q') === words)
  await page.locator('[data-test=search]').fill(words)
  await answered
  await page.locator('[data-test=case-row], [data-test=list-empty]').first().waitFor()
  return page.locator('[data-test=case-row]').count()
}

/** Does an action of the open case; `text` and `photo` fill its form. */
export async function act(page, name, text, photo) {
  await page.locator(`[data-test=action-${name}]`).click()
  if (!text) return
  await page.locator('[data-test=act-text]').fill(text)
  await page.locator('[data-test=act-photo]').setInputFiles(photo)
  await page.locator('[data-test=picked-photo]').waitFor()
  await page.locator('[data-test=act-submit]').click()
  await page.locator('[data-test=act-form]').waitFor({ state: 'detached' })
}

/** Fails unless the open case's map shows the street; gives what was seen. */
export async function mapIsDrawn(page, where, { pin = false } = {}) {
  const map = page.locator('[data-test=map][data-map=idle]').last()
  await map.waitFor({ timeout: patient(60_000) })
  const png = (await map.screenshot()).toString('base64')
  return assertMapDrawn(page, png, (names) => page.evaluate(readTokens, names), { where, pin })
}
