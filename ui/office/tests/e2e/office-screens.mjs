/**
 * A picture of every main screen in both themes and both languages, and axe-core over each. Fails on a violation of
 * serious or critical impact, on an error in the console, on a key shown in place of its words, and on a page wider
 * than its window.
 *
 * OFFICE_OUT   where the pictures go (default: target/screens/office in the repository, which is not committed)
 * OFFICE_ONLY  part of a screen's name, to take only those
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { NOW, SCREENS } from './screens.mjs'
import { launch, serveBuilt } from './served.mjs'
import { settled, watchRequests } from './settled.mjs'

const out = process.env.OFFICE_OUT ?? path.resolve(import.meta.dirname, '../../../../target/screens/office')
const wanted = SCREENS.filter((one) => one.name.includes(process.env.OFFICE_ONLY ?? ''))
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Pages at work at the same time: two cores, and most of a page's time is waiting. */
const LANES = 3
/** Colours depend on the theme alone and words on the language alone: these two between them hold both of each. */
const examined = (theme, language) => (theme === 'light') === (language === 'zh-CN')

/** Signed in without the page for it, which is a screen of its own. */
async function signIn(context, url, login) {
  const answer = await context.request.post(`${url}/v1/session`, { headers: { 'x-xunge': 'office' }, data: { login, password: 'demo-password' } })
  if (!answer.ok()) throw new Error(`${login} cannot sign in: ${answer.status()}`)
}

/** Goes to another page of the office without loading it anew, through one that holds nothing. */
async function go(page, at) {
  for (const path of ['/nowhere', at]) {
    await page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')) }, path)
    if (path !== at) await page.waitForSelector('[data-test="not-found"]')
  }
}

async function violations(page) {
  await page.evaluate(axe)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], iframes: false, preload: false }))
  return found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
}

/** What is wrong with the page as it stands, besides what axe looks for. */
const look = (page) => page.evaluate(() => {
  const found = []
  if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push(`wider than the window: ${document.documentElement.scrollWidth}`)
  const key = document.body.innerText.match(/(?<![\w./@-])[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)+(?![\w.@])/)
  if (key) found.push(`a key in place of words: ${key[0]}`)
  return found
})

async function take(page, open, faults, url, screen, language, before) {
  const report = []
  const { name, who, at, act, sizes, state, keeps, expected } = screen
  // What an earlier screen was made to show must not be shown again from memory.
  let anew = !who || !before || state || before.state
  for (const size of sizes) {
    faults.length = 0
    await page.setViewportSize(size)
    await page.emulateMedia({ colorScheme: 'light' })
    if (state) await page.route(state.of, state.answer)
    try {
      await (anew ? page.goto(url + at) : go(page, at))
      anew = !who || state
      await settled(page, open, { loading: keeps })
      await act?.(page)
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme })
        await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme)
        await settled(page, open, { loading: keeps })
        const picture = `${name}-${size.width}-${theme}-${language}`
        await page.screenshot({ path: path.join(out, `${picture}.png`) })
        const found = await look(page)
        report.push({ picture, findings: [...found, ...(examined(theme, language) ? await violations(page) : []), ...(state ? [] : faults.filter((fault) => !expected || !fault.includes(expected)))] })
      }
    } catch (error) {
      report.push({ picture: `${name}-${size.width}-${language}`, findings: [...faults, String(error).split('\n').slice(0, 3).join(' ')] })
    } finally {
      if (state) await page.unroute(state.of)
    }
  }
  return report
}

const started = Date.now()
const { url, stop } = await serveBuilt(NOW)
const browser = await launch()
await mkdir(out, { recursive: true })
const report = []
const work = ['zh-CN', 'en'].flatMap((language) => [...new Set(wanted.map((one) => one.who))].map((who) => ({ language, who })))
async function lane() {
  for (let next = work.shift(); next; next = work.shift()) {
    const { language, who } = next
    const context = await browser.newContext({ locale: language, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce' })
    await context.addCookies([{ name: 'xunge_language', value: language, url }])
    const page = await context.newPage()
    await page.clock.setFixedTime(new Date(NOW))
    const open = watchRequests(page)
    const faults = []
    page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text()) })
    page.on('pageerror', (error) => faults.push(String(error)))
    if (who) await signIn(context, url, who)
    const screens = wanted.filter((one) => one.who === who)
    for (const [n, screen] of screens.entries()) report.push(...await take(page, open, faults, url, screen, language, screens[n - 1]))
    await context.close()
  }
}
await Promise.all(Array.from({ length: LANES }, lane))
await browser.close()
await stop()

await writeFile(path.join(out, 'report.json'), JSON.stringify(report, null, 2))
const bad = report.filter((one) => one.findings.length)
for (const one of bad) process.stdout.write(`${one.picture}\n${one.findings.map((line) => `  ${line.slice(0, 400)}\n`).join('')}`)
process.stdout.write(`${report.length} pictures in ${Math.round((Date.now() - started) / 1000)} s, ${bad.length} with findings, in ${out}\n`)
process.exit(bad.length ? 1 : 0)
