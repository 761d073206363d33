// The main job, end to end, through the real app, server and office: from the tree in the street to the department's
// queue and back. With XUNGE_FORBID_IPC `ipc:` requests are rejected, as Android's web view has none.
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { until } from './support/process.mjs'
import { demoStreet, openBrowser, phone, photos, rejectIpcUrls, shots, signIn } from './support/world.mjs'

const WITHIN = 30_000
const TREE = { address: '龙泉路20号', text: '大树被风吹倒，横在路上', pin: '29.504850, 106.530000', queue: 'municipal' }
const BILLBOARD = { address: '兴龙路43号', text: '广告牌垮了半边', pin: '29.502550, 106.530000', queue: 'urban-mgmt' }
const TAP = '水龙头滴水'

async function main() {
  const transport = process.env.XUNGE_FORBID_IPC ? 'postMessage' : 'ipc'
  const times = await story(transport)
  console.log(`${transport}: from picking a 12-megapixel photo to durable: ${times.pickToDurable} ms`)
  console.log(`${transport}: from server up to both reports in their queues: ${times.toQueue} ms; to all photos: ${times.toPhotos} ms`)
}

async function story(transport) {
  const shot = (name) => join(shots, `story-${transport}-${name}.png`)
  const street = await demoStreet()
  const browser = await openBrowser()
  let app = await phone(street.folder)
  const begin = async () => {
    if (transport === 'postMessage') await app.run(rejectIpcUrls)
  }
  try {
    await begin()
    await enrol(app, street, shot)
    await street.server.stop()

    const pickToDurable = await captureTree(app, shot)
    await captureBillboard(app, shot)
    await writeVisit(app, shot)

    await app.kill('field-app')
    app = await phone(street.folder)
    await begin()
    await everythingIsThere(app, shot)

    const { toQueue, toPhotos, pages } = await serverComesBack(street, browser, shot)
    await departmentResolves(pages.municipal, shot)
    await phoneShowsIt(app, shot)
    return { pickToDurable, toQueue, toPhotos }
  } finally {
    await app.close().catch(() => {})
    await browser.close()
    await street.server.stop('SIGKILL')
    rmSync(street.folder, { recursive: true, force: true })
  }
}

async function enrol(app, street, shot) {
  await app.fill('[data-test=enrol-server]', street.server.url)
  await app.fill('[data-test=enrol-code]', street.code('li'))
  await app.screenshot(shot('1-enrol'))
  await app.tap('[data-test=enrol-go]')
  await app.tap('[data-test=tab-visits]')
  await app.find('[data-test=household-row]', 30_000)
  await app.tap('[data-test=tab-today]')
  await app.screenshot(shot('2-today'))
}

/** Captures the fallen tree with two real photos; gives the milliseconds from picking a large one to its being durable. */
async function captureTree(app, shot) {
  await app.tap('[data-test=capture]')
  const picked = Date.now()
  await app.type('[data-test=photo-input]', photos('phones/vivo_x90pro_shenzhen_12mp.jpg'))
  await photosAreDurable(app, 1)
  const pickToDurable = Date.now() - picked
  await app.tap('[data-test=photo-remove]')
  await photosAreDurable(app, 0)

  await app.type('[data-test=photo-input]', `${photos('scene/05_pruned_trees.jpg')}\n${photos('scene/11_street_trees.jpg')}`)
  await photosAreDurable(app, 2)
  await app.screenshot(shot('3-photos'))
  await fillReport(app, 'tree-fallen', TREE, shot('4-tree-before-saving'))
  return pickToDurable
}

const photosAreDurable = (app, count) =>
  until(`${count} photos are durable`, async () => (await app.count('[data-test=photo]')) === count, 60_000)

async function captureBillboard(app, shot) {
  await app.tap('[data-test=capture]')
  await app.type('[data-test=photo-input]', photos('scene/02_billboard.jpg'))
  await photosAreDurable(app, 1)
  await fillReport(app, 'sign-fallen', BILLBOARD, shot('5-billboard-before-saving'))
}

async function fillReport(app, category, { address, text, pin, queue }, picture) {
  await chooseCategory(app, category)
  await app.fill('[data-test=text]', text)
  await app.fill('[data-test=address]', address)
  await app.tap('[data-test=place-more]')
  await app.fill('[data-test=coordinates]', pin)
  await app.tap('[data-test=coordinates-set]')
  await app.find(`[data-test=route][data-queue=${queue}]`)
  await app.screenshot(picture)
  await app.tap('[data-test=save]')
  await app.find('[data-test=word][data-word=on_phone]')
  await home(app)
}

/** Back to a screen with the bar of tabs. */
async function home(app) {
  await until('the bar of tabs is there', async () => {
    if (await app.has('[data-test=tab-today]')) return true
    await app.tap('[data-test=back]')
    return false
  })
}

/** By its pictogram when it is among the nine, else by the initials of its name. */
async function chooseCategory(app, category) {
  await app.find('[data-test=category-search]')
  if (await app.has(`[data-test=category-${category}]`)) return app.tap(`[data-test=category-${category}]`)
  await app.tap('[data-test=category-search]')
  await app.type('[data-test=category-query]', category === 'tree-fallen' ? 'smdf' : 'ggp')
  await app.tap(`[data-test=found-${category}]`)
}

async function writeVisit(app, shot) {
  await app.tap('[data-test=tab-visits]')
  await app.fill('[data-test=household-search]', '王阿婆')
  await until('one household is found', async () => (await app.count('[data-test=household-row]')) === 1)
  await app.tap('[data-test=household-row]')
  await app.find('[data-test=visit-new]')
  await app.screenshot(shot('6-household'))
  await app.tap('[data-test=visit-new]')
  await app.tap('[data-test=condition-watch]')
  await app.tap('[data-test=need-home-repair]')
  await app.fill('[data-test=need-text]', TAP)
  await app.fill('[data-test=facts]', '一个人住，说晚上睡不好')
  await app.screenshot(shot('7-visit'))
  await app.tap('[data-test=visit-save]')
  await app.find('[data-test=visit-row][data-word=on_phone]')
  await home(app)
}

async function everythingIsThere(app, shot) {
  await app.tap('[data-test=tab-reports]')
  await until('both reports survived the kill', async () => (await app.count('[data-test=report-row][data-word=on_phone]')) === 2)
  await app.screenshot(shot('8-after-kill'))
}

/** The office is opened as soon as the server is back; the phone sends by itself, nobody taps anything. */
async function serverComesBack(street, browser, shot) {
  await street.server.start()
  const started = Date.now()
  const password = street.password()
  const [municipal, urban, repair] = await Promise.all(
    ['municipal', 'urban-mgmt', 'repair-team'].map((login) => signIn(browser, street.server, login, password)),
  )
  const [tree, billboard] = await Promise.all([rowWith(municipal, TREE.address), rowWith(urban, BILLBOARD.address)])
  const toQueue = Date.now() - started

  await Promise.all([tree.click(), billboard.click()])
  await municipal.locator('[data-test=photo-thumb]').first().waitFor({ timeout: WITHIN })
  const previews = Date.now() - started
  await municipal.screenshot({ path: shot('9-municipal-case') })
  const caseOf = async (page) => page.locator('[data-test=case]').getAttribute('data-case')
  const whole = async (page, wanted) => uprightsStored(page, await caseOf(page), wanted)
  await until('the tree has both photos', () => whole(municipal, 2), WITHIN)
  await until('the billboard has its photo', () => whole(urban, 1), WITHIN)
  const toPhotos = Date.now() - started
  assert.ok(previews <= toPhotos, 'previews come first')
  await urban.screenshot({ path: shot('10-urban-mgmt-case') })

  await tapIsAnOrder(repair, shot)
  await householdStaysPrivate(urban)
  return { toQueue, toPhotos, pages: { municipal } }
}

async function rowWith(page, text) {
  const row = page.locator('[data-test=case-row]', { hasText: text })
  await row.first().waitFor({ timeout: WITHIN })
  assert.equal(await row.count(), 1, 'a report stands once in its queue')
  return row
}

const ask = (page, path) => page.evaluate(async (url) => (await fetch(url)).json(), path)

async function uprightsStored(page, id, wanted) {
  const { row } = await ask(page, `/v1/cases/${id}`)
  const uprights = row.photos.map((photo) => photo.upright.sha256)
  return uprights.length === wanted && uprights.every((hash) => row.stored.includes(hash))
}

/** The dripping tap: an order of the repair team, due 24 hours after the visit. */
async function tapIsAnOrder(page, shot) {
  await (await rowWith(page, TAP)).click()
  await page.locator('[data-test=case-number]').waitFor()
  const { row } = await ask(page, `/v1/cases/${await page.locator('[data-test=case]').getAttribute('data-case')}`)
  assert.equal(row.lead_queue, 'repair-team')
  assert.equal(row.due_at - row.captured_at, 24 * 3_600_000, 'a home repair is due 24 hours after it was raised')
  await page.screenshot({ path: shot('11-repair-order') })
}

/** What another department may look for, it does not find. */
async function householdStaysPrivate(page) {
  for (const words of ['王阿婆', '水龙头', '阿婆', '19900005678', '睡不好']) {
    const found = await ask(page, `/v1/cases?q=${encodeURIComponent(words)}`)
    assert.deepEqual(found.rows, [], 'another department finds nothing of the household')
  }
  assert.equal(await page.evaluate(async () => (await fetch('/v1/households?q=')).status), 403)
}

async function act(page, name, text, photo) {
  await page.locator(`[data-test=action-${name}]`).click()
  if (text) {
    await page.locator('[data-test=act-text]').fill(text)
    if (photo) {
      await page.locator('[data-test=act-photo]').setInputFiles(photo)
      await page.locator('[data-test=picked-photo]').waitFor()
    }
    await page.locator('[data-test=act-submit]').click()
    await page.locator('[data-test=act-form]').waitFor({ state: 'detached' })
  }
}

async function departmentResolves(page, shot) {
  await act(page, 'accept')
  await page.locator('[data-test=case] [data-test=case-state][data-state=accepted]').waitFor({ timeout: WITHIN })
  await act(page, 'resolve', '倒树已锯断清运，道路恢复', photos('scene/07_leafy_road.jpg'))
  await page.locator('[data-test=case] [data-test=case-state][data-state=resolved]').waitFor({ timeout: WITHIN })
  await page.screenshot({ path: shot('12-resolved') })
}

async function phoneShowsIt(app, shot) {
  await app.tap('[data-test=tab-today]')
  await app.find('[data-test=today-resolved]', WITHIN)
  await app.screenshot(shot('13-today-resolved'))
  await app.tap('[data-test=today-resolved]')
  await app.find('[data-test=case-state][data-state=resolved]', WITHIN)
  await until('every photo is delivered', async () => (await app.count('[data-test=report-photo][data-word=delivered]')) >= 2, WITHIN)
  await app.screenshot(shot('14-report-resolved'))
}

await main()
