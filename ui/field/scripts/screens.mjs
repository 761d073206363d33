// Every screen of the field app on the phone in memory: saved as pictures, and looked through for what it must not have
// (`screens/examine.mjs`), errors in the console and requests that leave the app. The clock stands still, so that two runs
// give the same pictures.
//
//   node scripts/screens.mjs [--out <folder>] [--only <name,…>] [--looks <name,…>]
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { chromium } from 'playwright-core'

import { arm, axeFaults, layoutFaults } from './screens/examine.mjs'
import { SCREENS } from './screens/list.mjs'
import { serve } from './serve.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: ask } = parseArgs({
  options: { out: { type: 'string', default: join(here, '../dist-demo/screens') }, only: { type: 'string' }, looks: { type: 'string' } },
})

/** How a screen is looked at. English is tried on the narrowest phone: its words are the longest. */
const LOOKS = [
  { name: 'light.zh', theme: 'light', language: 'zh-CN', width: 390 },
  { name: 'dark.en', theme: 'dark', language: 'en', width: 360 },
  { name: 'dark.zh', theme: 'dark', language: 'zh-CN', width: 390, mainOnly: true, withoutAxe: true },
  { name: 'light.en', theme: 'light', language: 'en', width: 360, mainOnly: true, withoutAxe: true },
  { name: 'large.zh', theme: 'light', language: 'zh-CN', width: 360, text: 160, mainOnly: true, withoutAxe: true },
  { name: 'outdoor.zh', theme: 'outdoor', language: 'zh-CN', width: 390, mainOnly: true, strict: true },
]
const PHONE = { width: 390, height: 844 }
const NOW = new Date('2026-11-23T10:20:00+08:00')
const AT_ONCE = 2
const named = (list, name) => !list || list.split(',').includes(name)

const server = await serve(join(here, '../dist-demo'))
const faults = []
let taken = 0

/** A browser of its own for each worker: without a graphics card, pages of one browser disturb each other's pictures. */
async function phone() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--enable-unsafe-swiftshader'] })
  const context = await browser.newContext({ viewport: PHONE, deviceScaleFactor: 1.5, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
  await context.clock.setFixedTime(NOW)
  context.setDefaultTimeout(60_000)
  return { browser, context }
}

/** Opens the screen as a person does, then shows it in every look. */
async function take(context, [name, { main = false, full = false, search = '' }, act]) {
  const page = await context.newPage()
  const looks = LOOKS.filter((look) => named(ask.looks, look.name) && (main || !look.mainOnly))
  const fault = (text, look = looks[0]) => {
    faults.push(`${name}.${look?.name}: ${text}`)
    process.stderr.write(`${faults[faults.length - 1]}\n`)
  }
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url) && !/^(data|blob):/.test(request.url())) fault(`request to ${request.url()}`)
  })
  page.on('pageerror', (error) => fault(error.message))
  page.on('console', (message) => message.type() === 'error' && fault(`console ${message.text()}`))
  try {
    await page.goto(`${server.url}/?theme=light&${search}`)
    await page.locator('main').waitFor()
    await act(page)
    await arm(page)
    for (const look of looks) {
      await show(page, look, full)
      await page.screenshot({ path: join(ask.out, `${name}.${look.name}.png`) })
      taken += 1
      const found = [...(await layoutFaults(page)), ...(look.withoutAxe ? [] : await axeFaults(page, look.strict === true))]
      found.forEach((text) => fault(text, look))
    }
  } catch (error) {
    fault(error.message.split('\n')[0])
    await page.screenshot({ path: join(ask.out, `${name}.failed.png`) }).catch(() => undefined)
  }
  await page.close()
}

/** Changes theme, language and text size as the settings do, and waits until the screen stands still. */
async function show(page, { theme, language, width, text = 100 }, full) {
  await page.setViewportSize({ width, height: PHONE.height })
  await page.evaluate((wish) => window.xunge.look(wish), { theme, language, text_size: text })
  await page.waitForFunction(
    ([name, tongue, size]) => document.documentElement.dataset.theme === name && document.documentElement.lang === tongue && document.documentElement.style.fontSize === size,
    [theme, language, `${(16 * text) / 100}px`],
  )
  // A tall window, not a stitched picture: bars that stand still belong at the edges.
  if (full) await page.setViewportSize({ width, height: Math.max(PHONE.height, await page.evaluate(() => document.documentElement.scrollHeight)) })
  await page.waitForFunction(() => {
    const images = [...document.images].every((image) => image.complete)
    const maps = [...document.querySelectorAll('[data-test="map"]')].every((map) => map.dataset.map === 'idle')
    return images && maps && document.getAnimations().every((one) => one.effect?.getTiming().iterations === Infinity || one.playState !== 'running')
  })
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
}

await mkdir(ask.out, { recursive: true })
const waiting = SCREENS.filter(([name]) => named(ask.only, name))
const started = Date.now()
await Promise.all(Array.from({ length: AT_ONCE }, async () => {
  const { browser, context } = await phone()
  for (let next = waiting.shift(); next; next = waiting.shift()) await take(context, next)
  await browser.close()
}))
server.stop()
await writeFile(join(ask.out, 'faults.txt'), faults.join('\n'))
process.stdout.write(`${taken} pictures of ${SCREENS.filter(([name]) => named(ask.only, name)).length} screens in ${Math.round((Date.now() - started) / 1000)} s: ${ask.out}\n`)
if (faults.length > 0) {
  process.stderr.write(`${faults.length} faults\n`)
  process.exit(1)
}
