/**
 * A picture of every main screen in both themes and both languages, and axe-core over each.
 *
 *   npm run screens -w office                              fake server, started here
 *   OFFICE_URL=http://127.0.0.1:8420 npm run screens …     a real server (people below must exist there)
 *
 * OFFICE_OUT   where the pictures go (default: target/screens/office in the repository, which is not committed)
 * OFFICE_ONLY  part of a picture's name, to take only those
 */
import { readFile, mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = path.dirname(fileURLToPath(import.meta.url))
const office = path.resolve(here, '../..')
const out = process.env.OFFICE_OUT ?? path.resolve(office, '../../target/screens/office')
const only = process.env.OFFICE_ONLY ?? ''
/** Who the community secretary is on a real server. */
const logins = { secretary: process.env.OFFICE_SECRETARY ?? 'secretary' }
const password = process.env.OFFICE_PASSWORD ?? 'demo-password'
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const DESK = { width: 1440, height: 900 }
const SMALL_DESK = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }

/** Ends what the pictures need before they are taken: fonts, photos, the map. */
async function settled(page) {
  await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => undefined)
  await page.evaluate(() => document.fonts.ready)
  await page.waitForTimeout(700)
}
const click = (page, test) => page.click(`[data-test="${test}"]`)
const firstCase = (page) => page.locator('[data-test="case-row"]').first().click()
/** A case of this category, or the first one where the street has none. */
const caseOf = (category) => async (page) => {
  const wanted = page.locator(`[data-test="case-row"][data-category="${category}"]`)
  await ((await wanted.count()) ? wanted : page.locator('[data-test="case-row"]')).first().click()
}

/** name, who signs in (or null), path, what to do there, sizes */
const SCREENS = [
  ['sign-in', null, '/sign-in', async () => undefined, [DESK, PHONE]],
  ['setup', null, '/setup#one-time', async () => undefined, [DESK]],
  ['triage', 'triage', '/triage', async () => undefined, [DESK]],
  ['triage-case', 'triage', '/triage', firstCase, [DESK, SMALL_DESK]],
  ['triage-dispatch', 'triage', '/triage', async (page) => { await firstCase(page); await click(page, 'action-dispatch') }, [DESK]],
  ['triage-all', 'triage', '/triage?view=all', caseOf('cable-down'), [DESK]],
  ['triage-keys', 'triage', '/triage', async (page) => { await page.keyboard.press('?') }, [DESK]],
  ['case-collapse', 'triage', '/triage?view=all', async (page) => { await caseOf('road-collapse')(page); await page.locator('[data-test="case"] a.icon-button').click() }, [DESK, PHONE]],
  ['case-resolved', 'triage', '/triage?view=check', async (page) => { await firstCase(page); await page.locator('[data-test="case"] a.icon-button').click() }, [DESK]],
  ['case-compare', 'triage', '/triage?view=check', async (page) => { await firstCase(page); await click(page, 'compare') }, [DESK]],
  ['queue', 'municipal', '/queue', async () => undefined, [DESK, PHONE]],
  ['queue-case', 'municipal', '/queue', firstCase, [DESK, PHONE]],
  ['queue-return', 'municipal', '/queue?view=accepted', async (page) => { await caseOf('manhole')(page); await click(page, 'action-return') }, [DESK, PHONE]],
  ['queue-resolve', 'municipal', '/queue?view=accepted', async (page) => { await firstCase(page); await click(page, 'action-resolve') }, [PHONE]],
  ['households', 'secretary', '/households', async () => undefined, [DESK]],
  ['household', 'secretary', '/households', async (page) => { await page.locator('[data-test="household-row"]').first().click() }, [DESK, PHONE]],
  ['household-reveal', 'secretary', '/households', async (page) => { await page.locator('[data-test="household-row"]').first().click(); await page.locator('[data-test="reveal"]').first().click() }, [DESK]],
  ['people', 'admin', '/people', async () => undefined, [DESK]],
  ['person-form', 'admin', '/people', async (page) => { await click(page, 'person-add') }, [DESK]],
  ['enrol', 'admin', '/people', async (page) => { await page.locator('[data-test="enrol"]').first().click() }, [DESK]],
  ['devices', 'admin', '/devices', async () => undefined, [DESK]],
  ['strays', 'admin', '/strays', async () => undefined, [DESK]],
  ['access-log', 'admin', '/access-log', async () => undefined, [DESK]],
]

async function startFake() {
  if (process.env.OFFICE_URL) return { url: process.env.OFFICE_URL, stop: async () => undefined }
  const { createServer } = await import('vite')
  const server = await createServer({ root: office, mode: 'fake', configFile: path.join(office, 'vite.config.ts'), server: { port: 0 }, logLevel: 'error' })
  await server.listen()
  return { url: server.resolvedUrls.local[0].replace(/\/$/, ''), stop: () => server.close() }
}

async function signIn(page, url, login) {
  await page.goto(`${url}/sign-in`)
  await page.fill('[data-test="login"]', login)
  await page.fill('[data-test="password"]', password)
  await click(page, 'sign-in')
  await page.waitForSelector('[data-test="account"]')
}

async function violations(page) {
  // Evaluated, not inserted: the server's content security policy stays in force.
  await page.evaluate(axe)
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
  return found.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
    .map((one) => `${one.id} (${one.impact}): ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
}

const { url, stop } = await startFake()
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] })
await mkdir(out, { recursive: true })
const report = []
const people = [...new Set(SCREENS.map(([, who]) => who))]
for (const theme of ['light', 'dark']) {
  for (const language of ['zh-CN', 'en']) {
    for (const who of people) {
      const wanted = SCREENS.filter(([, login]) => login === who).flatMap(([name, , at, act, sizes]) => sizes.map((size) => ({ at, act, size, name: `${name}-${size.width}-${theme}-${language}` }))).filter((one) => one.name.includes(only))
      if (!wanted.length) continue
      const context = await browser.newContext({ viewport: DESK, colorScheme: theme, locale: language })
      await context.addCookies([{ name: 'xunge_theme', value: theme, url }, { name: 'xunge_language', value: language, url }])
      const page = await context.newPage()
      const faults = []
      page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text()) })
      page.on('pageerror', (error) => faults.push(String(error)))
      if (who) await signIn(page, url, logins[who] ?? who)
      for (const { name, at, act, size } of wanted) {
        faults.length = 0
        await page.setViewportSize(size)
        try {
          await page.goto(url + at)
          await settled(page)
          await act(page)
          await settled(page)
          await page.screenshot({ path: path.join(out, `${name}.png`) })
          const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1)
          report.push({ name, violations: await violations(page), faults: [...faults], wide })
        } catch (error) {
          report.push({ name, violations: [], faults: [...faults, String(error).split('\n').slice(0, 3).join(' ')], wide: false })
        }
      }
      await context.close()
    }
  }
}
await browser.close()
await stop()
await writeFile(path.join(out, 'report.json'), JSON.stringify(report, null, 2))
const bad = report.filter((one) => one.violations.length || one.faults.length || one.wide)
for (const one of bad) {
  process.stdout.write(`${one.name}${one.wide ? ' [wider than the screen]' : ''}\n${[...one.violations, ...one.faults].map((line) => `  ${line.slice(0, 400)}\n`).join('')}`)
}
process.stdout.write(`${report.length} screens, ${bad.length} with findings, pictures in ${out}\n`)
process.exit(bad.length ? 1 : 0)
