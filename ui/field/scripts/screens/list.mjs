// Every screen that is looked at: its name, where it starts, and what a person does to get there.
import { drawnPhotos } from './drawn.mjs'

const test = (page, name) => page.locator(`[data-test="${name}"]`)
const tap = (page, name) => test(page, name).first().click()
const seen = (page, name) => test(page, name).first().waitFor()

async function capture(page) {
  await tap(page, 'capture')
  await test(page, 'photo-input').waitFor({ state: 'attached' })
}

async function photographed(page) {
  await capture(page)
  await test(page, 'photo-input').setInputFiles(await drawnPhotos(page))
  await test(page, 'photo').nth(1).waitFor()
}

async function searched(page, words, found) {
  await tap(page, 'category-search')
  await test(page, 'category-query').fill(words)
  await seen(page, `found-${found}`)
}

async function pinned(page, position) {
  await tap(page, 'place-more')
  await test(page, 'coordinates').fill(position)
  await tap(page, 'coordinates-set')
}

async function report(page, word, state) {
  await tap(page, 'tab-reports')
  await page.locator(`[data-test="report-row"][data-word="${word}"]${state ? `[data-state="${state}"]` : ''}`).first().click()
  await seen(page, 'timeline')
}

async function household(page) {
  await tap(page, 'tab-visits')
  await test(page, 'household-search').fill('5678')
  await page.waitForFunction(() => document.querySelectorAll('[data-test="household-row"]').length === 1)
  await tap(page, 'household-row')
  await seen(page, 'visit-new')
}

async function visit(page, condition) {
  await household(page)
  await tap(page, 'visit-new')
  await tap(page, `condition-${condition}`)
}

/** `main` screens are shown in both themes and both languages, in large text and outdoors; `full` ones at their whole length. */
const main = { main: true }
const full = { full: true }

export const SCREENS = [
  ['enrol', { ...main, search: 'enrolled=no' }, async (page) => {
    await test(page, 'enrol-server').fill('http://192.168.1.20:8420')
    await test(page, 'enrol-code').fill('K7QM2R9A')
  }],
  ['enrol-refused', { search: 'enrolled=no&fail=enrol' }, async (page) => {
    await test(page, 'enrol-server').fill('https://xunge.example')
    await test(page, 'enrol-code').fill('K7QM2R9A')
    await tap(page, 'enrol-go')
    await seen(page, 'error')
  }],

  ['revoked', { search: 'revoked' }, (page) => seen(page, 'enrol-again')],
  ['taken-back', { search: 'taken&empty' }, async (page) => {
    await tap(page, 'settings-link')
    await tap(page, 'sign-out')
    await seen(page, 'error')
  }],
  ['taken-at-once', { search: 'taken=wipe' }, (page) => seen(page, 'lock-notice')],
  ['taken-confirming', { search: 'taken=lock' }, (page) => seen(page, 'lock-notice')],
  ['photo-lost', { search: 'lost' }, (page) => report(page, 'needs_you')],
  ['unknown-there', { search: 'unknown' }, (page) => seen(page, 'enrol-again')],
  ['enrol-again', { search: 'revoked' }, async (page) => {
    await tap(page, 'enrol-again')
    await seen(page, 'enrol-back')
  }],
  ['clock-set-back', { search: 'clock' }, (page) => tap(page, 'tab-visits')],
  ['sync-held-back', { search: 'empty&held=2' }, async (page) => {
    await tap(page, 'sync-chip')
    await seen(page, 'sync-now')
  }],
  ['pin-choose', { ...main, search: 'enrolled=no' }, async (page) => {
    await test(page, 'enrol-server').fill('https://xunge.example')
    await test(page, 'enrol-code').fill('K7QM2R9A')
    await tap(page, 'enrol-go')
    await seen(page, 'choose-pin')
    await tap(page, 'pin-2')
  }],
  ['lock', { ...main, search: 'locked' }, async (page) => {
    await seen(page, 'lock-screen')
    await tap(page, 'pin-2')
  }],
  ['lock-wrong', { search: 'locked' }, async (page) => {
    for (const digit of '112233') await tap(page, `pin-${digit}`)
    await page.locator('[data-test="lock-said"][data-code="pin_wrong"]').waitFor()
  }],
  ['pin-change', {}, async (page) => {
    await tap(page, 'settings-link')
    await tap(page, 'pin-change')
    await seen(page, 'change-pin')
  }],

  ['today', main, (page) => seen(page, 'today-visit_due')],
  ['today-all', full, (page) => seen(page, 'today-visit_due')],
  ['today-loading', { search: 'hang=getToday' }, (page) => seen(page, 'loading')],
  ['today-empty', { search: 'empty' }, (page) => seen(page, 'empty')],
  ['today-failed', { search: 'fail=getToday' }, (page) => seen(page, 'error')],
  ['today-offline', { search: 'offline' }, (page) => seen(page, 'offline')],
  ['today-undo', {}, async (page) => {
    await capture(page)
    await tap(page, 'discard')
    await seen(page, 'undo')
  }],

  ['capture', main, capture],
  ['capture-photos', {}, photographed],
  ['capture-photo-refused', {}, async (page) => {
    await capture(page)
    await test(page, 'photo-input').setInputFiles({ name: 'letter.txt', mimeType: 'image/jpeg', buffer: Buffer.from('x') })
    await seen(page, 'photo-error')
  }],
  ['capture-without-photo', full, async (page) => {
    await capture(page)
    await tap(page, 'category-street-light')
    await tap(page, 'no-photo')
    await tap(page, 'no-photo-unsafe')
  }],
  ['capture-question', main, async (page) => {
    await photographed(page)
    await tap(page, 'category-tree-fallen')
    await tap(page, 'answer-road')
    await seen(page, 'route')
  }],
  ['capture-ready', { ...main, ...full }, async (page) => {
    await photographed(page)
    await tap(page, 'category-tree-fallen')
    await test(page, 'address').fill('龙泉路20号')
    await test(page, 'address').blur()
    await seen(page, 'route')
  }],
  ['capture-undo', {}, async (page) => {
    await photographed(page)
    await tap(page, 'category-tree-fallen')
    await seen(page, 'route')
    await tap(page, 'photo-remove')
    await seen(page, 'undo')
    await page.waitForFunction(() => {
      const [said, bar] = ['.snack', '.save-bar'].map((name) => document.querySelector(name).getBoundingClientRect())
      return said.bottom <= bar.top
    })
  }],
  ['capture-border', main, async (page) => {
    await photographed(page)
    await tap(page, 'category-street-light')
    await pinned(page, '29.504050, 106.529500')
    await page.locator('[data-test^="grid-5"]').first().scrollIntoViewIfNeeded()
  }],
  ['capture-no-fix', { ...full, search: 'nofix' }, async (page) => {
    await capture(page)
    await tap(page, 'locate')
    await pinned(page, 'north, east')
  }],
  ['capture-danger', main, async (page) => {
    await capture(page)
    await searched(page, 'rqxl', 'gas-leak')
    await tap(page, 'found-gas-leak')
    await seen(page, 'calls')
  }],
  ['capture-search', main, async (page) => {
    await capture(page)
    await searched(page, 'dsd', 'tree-fallen')
  }],
  ['capture-kinds', {}, async (page) => {
    await capture(page)
    await tap(page, 'category-search')
    await seen(page, 'found-tree-fallen')
  }],

  ['reports', main, async (page) => {
    await tap(page, 'tab-reports')
    await seen(page, 'report-row')
  }],
  ['reports-loading', { search: 'hang=listReports' }, async (page) => {
    await tap(page, 'tab-reports')
    await seen(page, 'loading')
  }],
  ['reports-empty', { search: 'empty' }, async (page) => {
    await tap(page, 'tab-reports')
    await seen(page, 'empty')
  }],
  ['reports-failed', { search: 'fail=listReports' }, async (page) => {
    await tap(page, 'tab-reports')
    await seen(page, 'error')
  }],
  ['reports-offline', { search: 'offline' }, async (page) => {
    await tap(page, 'tab-reports')
    await seen(page, 'offline')
  }],

  ['report-on-phone', full, (page) => report(page, 'on_phone')],
  ['report-sending', full, (page) => report(page, 'sending')],
  ['report-delivered', full, (page) => report(page, 'delivered', 'resolved')],
  ['report-needs-you', full, (page) => report(page, 'needs_you')],
  ['report-rejected', full, (page) => report(page, 'delivered', 'rejected')],
  ['report', main, async (page) => {
    await tap(page, 'today-returned')
    await seen(page, 'timeline')
  }],
  ['refused', { ...main, ...full }, async (page) => {
    await tap(page, 'today-needs_you')
    await seen(page, 'refused')
  }],
  ['note', main, async (page) => {
    await report(page, 'on_phone')
    await tap(page, 'note-add')
    await test(page, 'note-text').fill('树已被热心居民移到路边')
    await test(page, 'note-photo').setInputFiles((await drawnPhotos(page))[0])
    await page.locator('[data-test="note-save"]:not([disabled])').waitFor()
  }],
  ['withdraw', main, async (page) => {
    await report(page, 'on_phone')
    await tap(page, 'withdraw')
    await seen(page, 'withdraw-go')
  }],

  ['visits', main, async (page) => {
    await tap(page, 'tab-visits')
    await seen(page, 'household-row')
  }],
  ['visits-loading', { search: 'hang=listHouseholds' }, async (page) => {
    await tap(page, 'tab-visits')
    await seen(page, 'loading')
  }],
  ['visits-no-match', {}, async (page) => {
    await tap(page, 'tab-visits')
    await test(page, 'household-search').fill('没有这个人')
    await seen(page, 'empty')
  }],
  ['visits-failed', { search: 'fail=listHouseholds' }, async (page) => {
    await tap(page, 'tab-visits')
    await seen(page, 'error')
  }],
  ['buildings', {}, async (page) => {
    await tap(page, 'tab-visits')
    await tap(page, 'by-buildings')
    await seen(page, 'building-row')
  }],
  ['building', main, async (page) => {
    await tap(page, 'tab-visits')
    await tap(page, 'by-buildings')
    await page.locator('[data-test="building-row"]', { hasText: '三区' }).first().click()
    await seen(page, 'door')
  }],
  ['household', { ...main, ...full }, household],
  ['visit', main, (page) => visit(page, 'watch')],
  ['visit-needs', full, async (page) => {
    await visit(page, 'watch')
    await test(page, 'facts').fill('膝盖疼，下楼少了')
    await tap(page, 'need-home-repair')
    await test(page, 'need-text').fill('厨房水龙头滴水')
    await tap(page, 'promise-add')
    await test(page, 'promise-what').fill('带老年卡年审表过来')
  }],
  ['visit-day', main, async (page) => {
    await visit(page, 'watch')
    await tap(page, 'promise-add')
    await tap(page, 'promise-by')
    await seen(page, 'month')
  }],
  ['visit-danger', {}, async (page) => {
    await visit(page, 'danger')
    await seen(page, 'call-120')
  }],
  ['visit-nobody', {}, async (page) => {
    await household(page)
    await tap(page, 'visit-new')
    await tap(page, 'outcome-no_answer')
  }],

  ['map', main, async (page) => {
    await tap(page, 'tab-map')
    await page.locator('.xg-map-point').first().waitFor()
  }],
  ['map-list', main, async (page) => {
    await tap(page, 'tab-map')
    await tap(page, 'map-as-list')
    await seen(page, 'map-list')
  }],
  ['map-failed', { search: 'fail=getMap' }, async (page) => {
    await tap(page, 'tab-map')
    await seen(page, 'error')
  }],

  ['sync', main, async (page) => {
    await tap(page, 'sync-chip')
    await seen(page, 'sync-now')
  }],
  ['sync-offline', { search: 'offline' }, async (page) => {
    await tap(page, 'sync-chip')
    await seen(page, 'sync-now')
  }],
  ['sync-delivered', { search: 'empty' }, async (page) => {
    await tap(page, 'sync-chip')
    await seen(page, 'sync-now')
  }],
  ['settings', { ...main, ...full }, async (page) => {
    await tap(page, 'settings-link')
    await seen(page, 'storage')
  }],
  ['settings-unsent', full, async (page) => {
    await tap(page, 'settings-link')
    await tap(page, 'sign-out')
    await seen(page, 'error')
  }],
]
