// `cargo xtask run` on a machine without a display: the first steps of a worker and of the office, each with a picture.
import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import * as field from './support/field.mjs'
import * as office from './support/office.mjs'
import { codeFrom, passwordFrom, setUpLinkFrom } from './support/printed.mjs'
import { patient } from './support/process.mjs'
import { TREE } from './support/reports.mjs'
import { openApp } from './support/webdriver.mjs'

const { XUNGE_APP_BIN: binary, XUNGE_PHONE: home, XUNGE_OFFICE: url, XUNGE_PRINTED: printed, XUNGE_SCREENSHOTS: folder } = process.env
if (!binary || !home || !url || printed === undefined || !folder) throw new Error('run this through cargo xtask run')

const WORKER = 'li'
const PICTURE = fileURLToPath(new URL('../../demo/pictures/tree-down.png', import.meta.url))
const demo = /password/i.test(printed)

let app
let count = 0
/** Takes a picture and says in one line what it shows. */
async function show(name, what, take) {
  const file = `${++count}-${name}.png`
  await take(join(folder, file))
  console.log(`   ${file.padEnd(18)} ${what}`)
}
const ofApp = (file) => app.screenshot(file)
const of = (page) => (file) => page.screenshot({ path: file })

async function onThePhone() {
  app = await openApp({ binary, home })
  await app.find('[data-test=enrol-server], [data-test=lock-screen]', 30_000)
  if (!demo) return show('app', 'the field app, waiting to be enrolled', ofApp)
  if (await app.has('[data-test=lock-screen]')) {
    await show('locked', 'the field app asks for the PIN and says what waits', ofApp)
    if (!(await field.unlocks(app))) return console.log('   its worker has chosen another PIN than the first look does')
    return show('today', 'the field app goes on where the last start left it', ofApp)
  }
  const code = codeFrom(printed, WORKER)
  await field.enrol(app, url, code)
  await app.find('[data-test=today-visit_due], [data-test=empty]')
  await show('today', `the phone of worker "${WORKER}" has joined with the code ${code}: what is due today`, ofApp)
  await app.tap('[data-test=capture]')
  await field.pickPhotos(app, [PICTURE])
  await field.fillReport(app, TREE, async () => {
    await app.find('[data-test=map][data-map=idle]', field.DRAWN_WITHIN)
    await show('report', 'a fallen tree with a photo: where it is, where it will go and by when, known without a network', ofApp)
  })
  await app.tap('[data-test=tab-reports]')
  await app.find('[data-test=report-row][data-word=delivered]', 60_000)
  await show('delivered', 'saved on the phone, sent by itself: "delivered" is said once the server has report and photo', ofApp)
}

async function inTheOffice(browser) {
  if (!demo) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
    await page.goto(setUpLinkFrom(printed) ?? url, { waitUntil: 'networkidle' })
    return show('office', 'the office in the browser', of(page))
  }
  const password = passwordFrom(printed)
  const department = await office.signIn(browser, url, TREE.queue, password)
  await department.locator('[data-test=case-row]').first().click()
  await department.locator('[data-test=photo-main] img').waitFor()
  await department.locator('[data-test=map][data-map=idle]').waitFor({ timeout: patient(field.DRAWN_WITHIN) })
  await show('department', `the queue of "${TREE.queue}" in the office, signed in with the password above`, of(department))
  const triage = await office.signIn(browser, url, 'triage', password)
  await triage.locator('[data-test=view-all]').click()
  await triage.locator('[data-test=case-row]').first().waitFor()
  await triage.locator('[data-test=map][data-map=idle]').waitFor({ timeout: patient(field.DRAWN_WITHIN) })
  await show('triage', 'the whole street as "triage" sees it', of(triage))
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await app?.close()
    process.exit(1)
  })
}
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
try {
  await onThePhone()
} finally {
  await app?.close()
}
const browser = await office.openBrowser()
try {
  await inTheOffice(browser)
} finally {
  await browser.close()
}
