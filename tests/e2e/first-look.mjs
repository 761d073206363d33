// `cargo xtask run` on a machine without a display: opens both interfaces once and saves what they show.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { openApp } from './support/webdriver.mjs'

const { XUNGE_APP_BIN: binary, XUNGE_PHONE: home, XUNGE_OFFICE: office, XUNGE_SCREENSHOTS: folder } = process.env
if (!binary || !home || !office || !folder) throw new Error('run this through cargo xtask run')
mkdirSync(folder, { recursive: true })

const app = await openApp({ binary, home })
try {
  await app.find('#app > *')
  // The first paint, then fonts and pictures.
  await app.run('return document.fonts.ready.then(() => true)')
  await app.screenshot(join(folder, 'field.png'))
} finally {
  await app.close()
}

const browser = await chromium.launch({
  executablePath: process.env.XUNGE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
})
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' })
  await page.goto(office, { waitUntil: 'networkidle' })
  await page.screenshot({ path: join(folder, 'office.png') })
} finally {
  await browser.close()
}
