// The main job, end to end, through the real app, server and office: from the tree in the street to the department's
// queue and back. With XUNGE_FORBID_IPC `ipc:` requests are rejected, as Android's web view has none.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import * as field from './support/field.mjs'
import * as office from './support/office.mjs'
import { patient, until } from './support/process.mjs'
import { BILLBOARD, TREE } from './support/reports.mjs'
import { copiesOf, storedAt } from './support/stored.mjs'
import { demoStreet, phone, photos, rejectedIpc, rejectIpcUrls, shots } from './support/world.mjs'

/** The office shows what was captured within this time of the server's return. */
const WITHIN = 30_000
const ELDER = '王阿婆'
const TAP = '水龙头滴水'
const FACTS = '一个人住，说晚上睡不好'
const DOOR_PHONE = '19900005678'
/** What the screen says after Save without a network. */
const ON_PHONE = '[data-test=word][data-word=on_phone]'

async function main() {
  const transport = process.env.XUNGE_FORBID_IPC ? 'postMessage' : 'ipc'
  const street = await demoStreet()
  const browser = await office.openBrowser()
  const story = new Story(transport, street, browser)
  try {
    await story.tell()
  } catch (failure) {
    await story.sayWhereItStands().catch(() => {}) // an app that is gone shows nothing
    throw failure
  } finally {
    await story.app?.close().catch(() => {})
    await browser.close()
    await street.server.stop('SIGKILL')
    rmSync(street.folder, { recursive: true, force: true })
  }
}

class Story {
  constructor(transport, street, browser) {
    Object.assign(this, { transport, street, browser })
  }

  async tell() {
    await this.openApp()
    await field.enrol(this.app, this.street.server.url, this.street.code('li'), () => this.look('1-enrol'), () => this.look('1-pin'))
    await this.look('2-today')
    await this.openOffice()
    await this.street.server.stop()
    await this.everyPage((page) => office.liveIs(page, false, 15_000))

    await field.wake(this.app)
    await this.captureTree()
    await this.captureBillboard()
    await this.writeVisit()
    if (this.transport === 'postMessage') assert.ok((await rejectedIpc(this.app)) > 0, 'no request was rejected: this is not the Android path')

    await this.app.kill()
    await this.openApp()
    await field.unlock(this.app, () => this.look('8-locked'))
    await this.everythingIsThere()

    await this.serverComesBack()
    await this.departmentResolves()
    await this.phoneShowsIt()
  }

  async openApp() {
    this.app = await phone(this.street.folder)
    if (this.transport === 'postMessage') await this.app.run(rejectIpcUrls)
  }

  file(name) {
    return join(shots, `story-${this.transport}-${name}.png`)
  }

  look(name) {
    return this.app.screenshot(this.file(name))
  }

  say(what) {
    console.log(`${this.transport}: ${what}`)
  }

  /** What the phone shows where the story broke off: without it a failure on another machine is a riddle. */
  async sayWhereItStands() {
    await this.look('broken')
    const { page, parts } = await this.app.run(`return {
      page: location.href,
      parts: Array.from(document.querySelectorAll('[data-test]'), (part) => JSON.stringify({ ...part.dataset })),
    }`)
    this.say(`broke off at ${page}\n  ${parts.join('\n  ')}`)
  }

  everyPage(act) {
    return Promise.all(Object.values(this.pages).map(act))
  }

  /** Three departments sit at their desks before anything happens. Nothing is in their queues that this story brings. */
  async openOffice() {
    const logins = ['municipal', 'urban-mgmt', 'repair-team']
    const pages = await Promise.all(logins.map((login) => office.signIn(this.browser, this.street.server.url, login, this.street.password)))
    this.pages = Object.fromEntries(logins.map((login, n) => [login, pages[n]]))
    await this.everyPage((page) => office.liveIs(page, true, 15_000))
    this.openedAt = await this.everyPage((page) => page.evaluate(() => performance.timeOrigin))
    await assert.rejects(field.judgeEmptyMap(this.app, this.pages.municipal), /lacks/, 'the check of maps sees one where there is only its ground')
  }

  async captureTree() {
    const { app } = this
    await app.tap('[data-test=capture]')
    const picked = Date.now()
    await field.pickPhotos(app, [photos('phones/vivo_x90pro_shenzhen_12mp.jpg')])
    this.say(`from picking a 12-megapixel photo to durable: ${Date.now() - picked} ms`)
    await app.tap('[data-test=photo-remove]')
    await field.photosAreDurable(app, 0)
    await field.pickPhotos(app, [photos('scene/05_pruned_trees.jpg'), photos('scene/11_street_trees.jpg')])
    await this.look('3-photos')
    await field.fillReport(app, TREE, () => this.lookAtPlace('4-tree-before-saving'), ON_PHONE)
  }

  async captureBillboard() {
    await this.app.tap('[data-test=capture]')
    await field.pickPhotos(this.app, [photos('scene/02_billboard.jpg')])
    await field.fillReport(this.app, BILLBOARD, () => this.lookAtPlace('5-billboard-before-saving'), ON_PHONE)
  }

  /** The photos were taken in other cities than the pin: the worker is told. */
  async lookAtPlace(name) {
    await this.app.find('[data-test=disagree]')
    const seen = await field.mapIsDrawn(this.app, this.pages.municipal, name, { pin: true })
    this.say(`map on ${name}: ${seen}`)
    await this.look(name)
  }

  async writeVisit() {
    const { app } = this
    await field.openHousehold(app, ELDER)
    await app.find('[data-test=resident][data-tags~=low-income]')
    await this.look('6-household')
    await app.tap('[data-test=visit-new]')
    await app.tap('[data-test=condition-watch]')
    await app.tap('[data-test=need-home-repair]')
    await app.fill('[data-test=need-text]', TAP)
    await app.fill('[data-test=facts]', FACTS)
    await this.look('7-visit')
    await app.tap('[data-test=visit-save]')
    await app.find('[data-test=visit-row][data-word=on_phone]')
    await field.home(app)
  }

  async everythingIsThere() {
    const { app } = this
    await field.openHousehold(app, ELDER)
    await app.find('[data-test=visit-row][data-word=on_phone]')
    await field.home(app)
    await app.tap('[data-test=tab-reports]')
    for (const { category, photos: taken } of [{ ...TREE, photos: 2 }, { ...BILLBOARD, photos: 1 }]) {
      const row = `[data-test=report-row][data-category=${category}][data-word=on_phone]`
      await until(`one ${category} survived the kill`, async () => (await app.count(row)) === 1)
      await app.tap(row)
      await until(`${taken} photos survived the kill`, async () => (await app.count('[data-test=report-photo][data-word=on_phone] img')) === taken)
      await app.tap('[data-test=back]')
    }
    await app.find('[data-test=report-row]')
    await this.look('8-after-kill')
    await app.tap('[data-test=tab-map]')
    this.say(`the phone's map without a server: ${await field.mapIsDrawn(app, this.pages.municipal, '8-map')}`)
    await this.look('8-map')
    await app.tap('[data-test=tab-reports]')
  }

  /** Nobody taps anything, nobody reloads: the phone sends by itself, and the open pages show it. */
  async serverComesBack() {
    const { municipal, 'urban-mgmt': urban, 'repair-team': repair } = this.pages
    await this.street.server.start()
    const started = Date.now()
    const left = () => Math.max(1, (started + patient(WITHIN) - Date.now()) / patient(1))

    const rows = await Promise.all([office.rowWith(municipal, TREE.address, left()), office.rowWith(urban, BILLBOARD.address, left()), office.rowWith(repair, TAP, left())])
    this.say(`from server up to all three in the open queues: ${Date.now() - started} ms`)
    await Promise.all(rows.slice(0, 2).map((row) => row.locator('[data-test=row-photo]').waitFor({ timeout: patient(left()) })))
    this.say(`to a preview of both reports: ${Date.now() - started} ms`)
    const [tree, billboard, tap] = await Promise.all(rows.map((row) => row.getAttribute('data-case')))
    await until('the tree has both photos', () => this.whole(municipal, tree, 2), left())
    await until('the billboard has its photo', () => this.whole(urban, billboard, 1), left())
    this.say(`to all photos: ${Date.now() - started} ms`)
    await this.everyPage((page) => office.liveIs(page, true, left()))
    assert.deepEqual(await this.everyPage((page) => page.evaluate(() => performance.timeOrigin)), this.openedAt, 'no page was loaded again')

    await this.previewsCameFirst([[municipal, tree], [urban, billboard]])
    await this.lookAtCase(municipal, tree, '9-municipal-case')
    await this.lookAtCase(urban, billboard, '10-urban-mgmt-case')
    await this.tapIsAnOrder(repair, tap)
    await this.householdStaysPrivate(urban)
  }

  async whole(page, id, wanted) {
    const { row } = await office.ask(page, `/v1/cases/${id}`)
    const { uprights } = copiesOf(row)
    return uprights.length === wanted && uprights.every((hash) => row.stored.includes(hash))
  }

  /** One lane after the other: every preview was whole on the server's disk before the first large photo. */
  async previewsCameFirst(cases) {
    const rows = await Promise.all(cases.map(async ([page, id]) => (await office.ask(page, `/v1/cases/${id}`)).row))
    const times = (copy) => rows.flatMap((row) => copiesOf(row)[copy]).map((hash) => storedAt(this.street.server.data, hash))
    const [previews, uprights] = [times('previews'), times('uprights')]
    assert.deepEqual([previews.length, uprights.length], [3, 3])
    const [last, first] = [previews.reduce((a, b) => (a > b ? a : b)), uprights.reduce((a, b) => (a < b ? a : b))]
    this.say(`the last of 3 previews was stored ${(first - last) / 1_000_000n} ms before the first of 3 large photos`)
    assert.ok(last <= first, 'a large photo travelled before a preview')
  }

  async lookAtCase(page, id, name) {
    await page.locator(`[data-test=case-row][data-case="${id}"]`).click()
    await page.locator(`[data-test=case][data-case="${id}"] [data-test=disagree]`).waitFor()
    await page.locator('[data-test=photo-main] img').waitFor()
    await page.locator('[data-test=map]').last().scrollIntoViewIfNeeded()
    this.say(`map on ${name}: ${await office.mapIsDrawn(page, name, { pin: true })}`)
    await page.screenshot({ path: this.file(name) })
  }

  /** The dripping tap: an order of the repair team, due 24 hours after the visit. */
  async tapIsAnOrder(page, id) {
    await page.locator(`[data-test=case-row][data-case="${id}"]`).click()
    await page.locator('[data-test=case-number]').waitFor()
    const { row } = await office.ask(page, `/v1/cases/${id}`)
    assert.equal(row.lead_queue, 'repair-team')
    assert.equal(row.due_at - row.captured_at, 24 * 3_600_000, 'a home repair is due 24 hours after it was raised')
    assert.equal(await office.search(page, TAP), 1, 'its own department finds it')
    await page.screenshot({ path: this.file('11-repair-order') })
  }

  /** What another department may look for, it does not find: neither in its search box nor by asking the server. */
  async householdStaysPrivate(page) {
    assert.equal(await office.search(page, BILLBOARD.address), 1, 'the search box finds what is its own')
    for (const words of [ELDER, '阿婆', TAP, FACTS, DOOR_PHONE, DOOR_PHONE.slice(-4)]) {
      assert.equal(await office.search(page, words), 0, 'another department finds nothing of the household')
      const found = await office.ask(page, `/v1/cases?q=${encodeURIComponent(words)}`)
      assert.deepEqual(found.rows, [])
    }
    await page.screenshot({ path: this.file('12-nothing-found') })
    assert.equal(await page.evaluate(async () => (await fetch('/v1/households?q=')).status), 403)
  }

  async departmentResolves() {
    const page = this.pages.municipal
    const state = (name) => page.locator(`[data-test=case] [data-test=case-state][data-state=${name}]`).waitFor({ timeout: patient(WITHIN) })
    await office.act(page, 'accept')
    await state('accepted')
    await office.act(page, 'resolve', '倒树已锯断清运，道路恢复', photos('scene/07_leafy_road.jpg'))
    await state('resolved')
    await page.screenshot({ path: this.file('13-resolved') })
  }

  async phoneShowsIt() {
    const { app } = this
    await field.wake(app)
    await app.tap('[data-test=tab-today]')
    await app.find('[data-test=today-resolved]', WITHIN)
    await this.look('14-today-resolved')
    await app.tap('[data-test=today-resolved]')
    await app.find('[data-test=case-state][data-state=resolved]', WITHIN)
    await until('every photo is delivered', async () => (await app.count('[data-test=report-photo][data-word=delivered]')) >= 2, WITHIN)
    await this.look('15-report-resolved')
  }
}

await main()
