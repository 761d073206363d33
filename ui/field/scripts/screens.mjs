// Every main screen of the field app on the phone in memory: saved as pictures in both themes and both languages, and
// looked through by axe-core. Fails on a violation of serious or critical impact, on an error in the console, and on
// any request that leaves the app.
//
//   node scripts/screens.mjs [--out <folder>] [--only <name>] [--theme light|dark|outdoor] [--lang zh-CN|en]
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { chromium } from 'playwright-core'

import { serve } from './serve.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const { values: ask } = parseArgs({
  options: {
    out: { type: 'string', default: join(here, '../dist-demo/screens') },
    only: { type: 'string' },
    theme: { type: 'string' },
    lang: { type: 'string' },
    size: { type: 'string', default: '100' },
    width: { type: 'string', default: '390' },
  },
})
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const test = (page, name) => page.locator(`[data-test="${name}"]`)

async function capture(page) {
  await test(page, 'capture').click()
  await test(page, 'photo-input').waitFor({ state: 'attached' })
}

async function photographed(page) {
  await capture(page)
  await test(page, 'photo-input').setInputFiles(await drawnPhotos(page))
  await test(page, 'photo').nth(1).waitFor()
}

/** Two pictures drawn by the page itself: nothing real is shown. */
async function drawnPhotos(page) {
  const scenes = await page.evaluate(() =>
    [0, 1].map((close) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 1200, height: 900 })
      const draw = canvas.getContext('2d')
      const box = (color, x, y, w, h) => ((draw.fillStyle = color), draw.fillRect(x, y, w, h))
      box('#cfd8dc', 0, 0, 1200, 900)
      box('#9e9e98', 0, 560, 1200, 340)
      for (let house = 0; house < 4; house++) box(['#b79a7d', '#a58c74', '#c2a88c', '#ab8f78'][house], 40 + house * 290, 160 + (house % 2) * 90, 240, 400 - (house % 2) * 90)
      draw.lineWidth = close ? 110 : 60
      draw.strokeStyle = '#5b4630'
      draw.beginPath()
      draw.moveTo(100, 800)
      draw.lineTo(close ? 1200 : 900, close ? 300 : 480)
      draw.stroke()
      draw.fillStyle = '#4d7042'
      for (let leaf = 0; leaf < 9; leaf++) {
        draw.beginPath()
        draw.arc((close ? 900 : 820) + (leaf % 3) * 90, 330 + Math.floor(leaf / 3) * 90, 90, 0, 7)
        draw.fill()
      }
      return canvas.toDataURL('image/jpeg', 0.8).split(',')[1]
    }),
  )
  return scenes.map((base64, at) => ({ name: `scene-${at}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(base64, 'base64') }))
}

const household = async (page) => {
  await test(page, 'tab-visits').click()
  await test(page, 'household-search').fill('5678')
  await test(page, 'household-row').first().click()
  await test(page, 'visit-new').waitFor()
}

/** Name, where it starts, and what is done before the picture. */
const SCREENS = [
  ['capture-border', {}, async (page) => { await capture(page); await test(page, 'category-street-light').click(); await test(page, 'place-more').click(); await test(page, 'coordinates').fill('29.504050, 106.529500'); await test(page, 'coordinates-set').click(); await page.locator('[data-test^="grid-"]').first().waitFor(); await page.locator('[data-test^="grid-"]').first().scrollIntoViewIfNeeded(); await page.waitForTimeout(2500) }],
  ['enrol', { search: 'enrolled=no' }, async (page) => { await test(page, 'enrol-server').fill('http://192.168.1.20:8420'); await test(page, 'enrol-code').fill('K7QM2R9A') }],
  ['today', {}, (page) => test(page, 'today-visit_due').first().waitFor()],
  ['today-empty', { search: 'empty' }, (page) => test(page, 'empty').waitFor()],
  ['today-failed', { search: 'fail=getToday' }, (page) => test(page, 'error').waitFor()],
  ['capture', {}, capture],
  ['capture-photos', {}, photographed],
  ['capture-question', {}, async (page) => {
    await photographed(page)
    await test(page, 'category-tree-fallen').click()
    await test(page, 'answer-road').click()
    await page.waitForTimeout(900)
  }],
  ['capture-ready', { full: true }, async (page) => {
    await photographed(page)
    await test(page, 'category-tree-fallen').click()
    await test(page, 'address').fill('龙泉路20号')
    await test(page, 'address').blur()
    await test(page, 'route').waitFor()
    await page.waitForTimeout(2500)
  }],
  ['capture-danger', {}, async (page) => {
    await capture(page)
    await test(page, 'category-search').click()
    await test(page, 'category-query').fill('rqxl')
    await test(page, 'found-gas-leak').click()
    await test(page, 'calls').waitFor()
  }],
  ['capture-search', {}, async (page) => {
    await capture(page)
    await test(page, 'category-search').click()
    await test(page, 'category-query').fill('dsd')
    await test(page, 'found-tree-fallen').waitFor()
    await page.waitForTimeout(400)
  }],
  ['reports', {}, async (page) => { await test(page, 'tab-reports').click(); await test(page, 'report-row').first().waitFor() }],
  ['reports-offline', { search: 'offline' }, async (page) => { await test(page, 'tab-reports').click(); await test(page, 'offline').waitFor() }],
  ['report', { full: true }, async (page) => { await test(page, 'tab-reports').click(); await test(page, 'report-row').nth(1).click(); await test(page, 'timeline').waitFor() }],
  ['report-returned', {}, async (page) => { await test(page, 'today-returned').click(); await test(page, 'timeline').waitFor() }],
  ['note', {}, async (page) => { await test(page, 'tab-reports').click(); await test(page, 'report-row').first().click(); await test(page, 'note-add').click(); await test(page, 'note-text').fill('树已被热心居民移到路边'); await page.waitForTimeout(400) }],
  ['visits', {}, async (page) => { await test(page, 'tab-visits').click(); await test(page, 'household-row').first().waitFor() }],
  ['building', {}, async (page) => { await test(page, 'tab-visits').click(); await test(page, 'by-buildings').click(); await page.locator('[data-test="building-row"]', { hasText: '三区' }).first().click(); await test(page, 'door').first().waitFor() }],
  ['household', { full: true }, household],
  ['visit', { full: true }, async (page) => {
    await household(page)
    await test(page, 'visit-new').click()
    await test(page, 'condition-watch').click()
    await test(page, 'facts').fill('膝盖疼，下楼少了')
    await test(page, 'need-home-repair').click()
    await test(page, 'need-text').fill('厨房水龙头滴水')
    await test(page, 'promise-add').click()
    await test(page, 'promise-what').fill('带老年卡年审表过来')
  }],
  ['map', {}, async (page) => { await test(page, 'tab-map').click(); await page.locator('.xg-map-point').first().waitFor(); await page.waitForTimeout(3500) }],
  ['map-list', {}, async (page) => { await test(page, 'tab-map').click(); await test(page, 'map-as-list').click(); await test(page, 'map-list').waitFor() }],
  ['sync', {}, async (page) => { await test(page, 'sync-chip').click(); await test(page, 'sync-now').waitFor(); await page.waitForTimeout(400) }],
  ['settings', { full: true }, async (page) => { await test(page, 'settings-link').click(); await test(page, 'storage').waitFor() }],
]

const server = await serve(join(here, '../dist-demo'))
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'] })
const faults = []
await mkdir(ask.out, { recursive: true })

for (const lang of ask.lang ? [ask.lang] : ['zh-CN', 'en']) {
  for (const theme of ask.theme ? [ask.theme] : ['light', 'dark']) {
    for (const [name, { search = '', full = false }, act] of SCREENS) {
      if (ask.only && !ask.only.split(',').includes(name)) continue
      const label = `${name}.${theme}.${lang === 'en' ? 'en' : 'zh'}`
      const page = await browser.newPage({ viewport: { width: Number(ask.width), height: 844 }, deviceScaleFactor: 1.5 })
      page.on('request', (request) => {
        const url = request.url()
        if (!url.startsWith(server.url) && !/^(data|blob):/.test(url)) faults.push(`${label}: request to ${url}`)
      })
      page.on('pageerror', (error) => faults.push(`${label}: ${error.message}`))
      page.on('console', (message) => message.type() === 'error' && faults.push(`${label}: console ${message.text()}`))
      try {
        await page.goto(`${server.url}/?lang=${lang}&theme=${theme}&size=${ask.size}&${search}`)
        await page.locator('main').waitFor()
        await act(page)
        await page.waitForTimeout(250)
        // A tall window, not a stitched picture: bars that stand still belong at the edges.
        if (full) await page.setViewportSize({ width: Number(ask.width), height: await page.evaluate(() => document.documentElement.scrollHeight) })
        await page.waitForTimeout(full ? 300 : 0)
        await page.screenshot({ path: join(ask.out, `${label}.png`) })
        await page.evaluate(axe)
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
        for (const found of violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')) {
          faults.push(`${label}: axe ${found.impact} ${found.id}: ${found.nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).join(' | ')}`)
        }
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
        if (wide > 0) faults.push(`${label}: ${wide} px too wide`)
        process.stdout.write(`${label}: ${violations.length} axe findings of any impact\n`)
      } catch (error) {
        faults.push(`${label}: ${error.message.split('\n')[0]}`)
        await page.screenshot({ path: join(ask.out, `${label}.failed.png`) }).catch(() => undefined)
      }
      await page.close()
    }
  }
}
await browser.close()
server.stop()
await writeFile(join(ask.out, 'faults.txt'), faults.join('\n'))
if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n${faults.length} faults\n`)
  process.exit(1)
}
