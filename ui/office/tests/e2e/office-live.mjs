/** In a real browser, against the fake server: new reports appear at once and never move the row under the pointer. */
import assert from 'node:assert/strict'
import { launch, serveBuilt } from './served.mjs'

const { url, stop } = await serveBuilt()
const browser = await launch()

async function desk() {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })).newPage()
  await page.goto(`${url}/sign-in`)
  await page.fill('[data-test="login"]', 'triage')
  await page.fill('[data-test="password"]', 'demo-password')
  await page.click('[data-test="sign-in"]')
  await page.waitForSelector('[data-test="live"][data-live="true"]')
  return page
}
const rows = (page) => page.locator('[data-test="case-row"]')
const arrive = (page) => page.evaluate(() => fetch('/fake/arrive', { method: 'POST' }))
async function arrived(page, before) {
  await page.waitForFunction((n) => document.querySelectorAll('[data-test="case-row"]').length > n, before, { timeout: 5000 })
}

async function check(name, work) {
  const page = await desk()
  try {
    await work(page)
    process.stdout.write(`ok   ${name}\n`)
  } catch (error) {
    process.stdout.write(`FAIL ${name}\n     ${String(error).split('\n').slice(0, 6).join('\n     ')}\n`)
    process.exitCode = 1
  } finally {
    await page.context().close()
  }
}

await check('the row under the pointer stays where it is, in a list that scrolls', async (page) => {
  await page.click('[data-test="view-all"]')
  const row = rows(page).nth(3)
  await row.hover()
  const [id, before, count] = [await row.getAttribute('data-case'), await row.boundingBox(), await rows(page).count()]
  for (let n = 0; n < 3; n++) await arrive(page)
  await arrived(page, count + 2)
  const after = await page.locator(`[data-test="case-row"][data-case="${id}"]`).boundingBox()
  assert.ok(Math.abs(after.y - before.y) <= 1, `moved from ${before.y} to ${after.y}`)
  assert.match(await page.textContent('[data-test="fresh-pill"]'), /3/)
  await page.click('[data-test="fresh-pill"]')
  await page.waitForSelector('[data-test="fresh-pill"]', { state: 'detached' })
})

await check('the row under the pointer stays where it is, in a list too short to scroll', async (page) => {
  await page.click('[data-test="queue-tab-municipal"]')
  await page.waitForTimeout(300)
  const row = rows(page).nth(1)
  await row.hover()
  const [id, before, count] = [await row.getAttribute('data-case'), await row.boundingBox(), await rows(page).count()]
  await arrive(page)
  await arrive(page)
  await page.waitForTimeout(1500)
  const after = await page.locator(`[data-test="case-row"][data-case="${id}"]`).boundingBox()
  assert.ok(Math.abs(after.y - before.y) <= 1, `moved from ${before.y} to ${after.y}, rows ${count} to ${await rows(page).count()}`)
})

await check('the chosen row stays where it is without a pointer', async (page) => {
  await page.click('[data-test="view-all"]')
  await page.mouse.move(900, 600)
  for (let n = 0; n < 3; n++) await page.keyboard.press('j')
  const chosen = page.locator('[data-test="case-row"][aria-current="true"]')
  await chosen.waitFor()
  await page.waitForTimeout(500)
  const [before, count] = [await chosen.boundingBox(), await rows(page).count()]
  await arrive(page)
  await arrived(page, count)
  assert.ok(Math.abs((await chosen.boundingBox()).y - before.y) <= 1)
})

await check('a report that comes while nobody points at the list is simply on top', async (page) => {
  await page.click('[data-test="view-all"]')
  await page.mouse.move(900, 600)
  const count = await rows(page).count()
  await arrive(page)
  await arrived(page, count)
  assert.match(await rows(page).first().textContent(), /刚刚上报/)
  assert.equal(await page.locator('[data-test="fresh-pill"]').count(), 0)
})

await browser.close()
await stop()
process.exit()
