// What a worker does on the phone, by hand and eye: taps, types, looks.
import { until } from './process.mjs'
import { assertMapDrawn, emptyMap, readTokens } from './map.mjs'

/** Without a graphics card a map takes seconds, on a busy machine many. */
export const DRAWN_WITHIN = 60_000

export async function enrol(app, server, code, shot, shotOfPin) {
  await app.fill('[data-test=enrol-server]', server)
  await app.fill('[data-test=enrol-code]', code)
  await shot?.()
  await app.tap('[data-test=enrol-go]')
  await choosePin(app, shotOfPin)
  await app.tap('[data-test=tab-visits]')
  await app.find('[data-test=household-row]', 30_000)
  await app.tap('[data-test=tab-today]')
}

/** What every worker of a story chooses. */
export const PIN = '260411'

async function enterPin(app, pin = PIN) {
  for (const digit of pin) await app.tap(`[data-test=pin-${digit}]`)
}

/** Right after the enrolment: a PIN, typed twice. Everything on the phone is encrypted with it. */
export async function choosePin(app, shot) {
  await app.find('[data-test=choose-pin]', 30_000)
  await shot?.()
  await enterPin(app)
  await app.find('[data-test=choose-pin][data-again=true]')
  await enterPin(app)
  await app.find('[data-test=tab-today]', 60_000)
}

/** After a start, or when nobody has touched the phone for long. */
export async function unlock(app, shot) {
  await app.find('[data-test=lock-screen]', 30_000)
  await shot?.()
  await enterPin(app)
  await until('the app is open', async () => !(await app.has('[data-test=lock-screen]')), 60_000)
}

/** The same where somebody else may have chosen the PIN: false when it is another one. */
export async function unlocks(app) {
  await enterPin(app)
  await app.find('[data-test=lock-said][data-code], [data-test=tab-today]', 60_000)
  return !(await app.has('[data-test=lock-screen]'))
}

/** A busy machine takes its time; a phone left alone for five minutes has locked itself meanwhile. */
export async function wake(app) {
  if (await app.has('[data-test=lock-screen]')) await unlock(app)
}

/** Picks files in the capture screen and waits until all are durable. */
export async function pickPhotos(app, files) {
  await app.type('[data-test=photo-input]', files.join('\n'))
  await photosAreDurable(app, files.length)
}

export const photosAreDurable = (app, count) =>
  until(`${count} photos are durable`, async () => (await app.count('[data-test=photo]')) === count, 60_000)

/** A tap that comes while the page still moves may be lost, and a second one would fold it again. */
const unfold = (app, summary) =>
  until(`${summary} is open`, async () => {
    if (await app.run(`return document.querySelector('${summary}').parentElement.open`)) return true
    await app.tap(summary)
    return false
  })

/**
 * Everything after the photos. `look` is called with the screen as it stands before saving; `saved` is what must be on the
 * screen afterwards.
 */
export async function fillReport(app, { category, initials, address, text, pin, queue }, look, saved = '[data-test=word]') {
  await chooseCategory(app, category, initials)
  await app.fill('[data-test=text]', text)
  await app.fill('[data-test=address]', address)
  await unfold(app, '[data-test=place-more]')
  await app.fill('[data-test=coordinates]', pin)
  await app.tap('[data-test=coordinates-set]')
  await app.find(`[data-test=route][data-queue=${queue}]`)
  await look()
  await app.tap('[data-test=save]')
  await app.find(saved)
  await home(app)
}

/** By its pictogram when it is among the nine, else by the initials of its name. */
async function chooseCategory(app, category, initials) {
  await app.find('[data-test=category-search]')
  if (await app.has(`[data-test=category-${category}]`)) return app.tap(`[data-test=category-${category}]`)
  await app.tap('[data-test=category-search]')
  await app.type('[data-test=category-query]', initials)
  await app.tap(`[data-test=found-${category}]`)
}

/** Back to a screen with the bar of tabs. */
export async function home(app) {
  await until('the bar of tabs is there', async () => {
    if (await app.has('[data-test=tab-today]')) return true
    await app.tap('[data-test=back]')
    return false
  })
}

/** Opens the card of the one household that a name finds. */
export async function openHousehold(app, name) {
  await app.tap('[data-test=tab-visits]')
  await app.fill('[data-test=household-search]', name)
  await until('one household is found', async () => (await app.count('[data-test=household-row]')) === 1)
  await app.tap('[data-test=household-row]')
  await app.find('[data-test=visit-new]')
}

/** Fails unless the map in front shows the street; gives what was seen. */
export async function mapIsDrawn(app, judge, where, { pin = false } = {}) {
  await app.find('[data-test=map][data-map=idle]', DRAWN_WITHIN)
  // A page that has just been opened may still scroll back to its head.
  return until(`${where} is in sight`, async () => judgePicture(app, judge, where, { pin, cut: await app.run(PLACE_OF_MAP) }))
}

/** Fails unless what the window shows, or a `cut` of it, is a map. */
export async function judgePicture(app, judge, where, { pin, cut } = {}) {
  const tokens = (names) => app.run(`return (${readTokens})(arguments[0])`, names)
  return assertMapDrawn(judge, await app.picture(), tokens, { where, pin, cut })
}

/** The control of that check: a picture of a map's ground with nothing on it. */
export async function judgeEmptyMap(app, judge) {
  const tokens = (names) => app.run(`return (${readTokens})(arguments[0])`, names)
  return assertMapDrawn(judge, await emptyMap(judge, (await tokens(['--xg-map-ground']))[0]), tokens, { where: 'an empty map' })
}

/** Brings the map into sight and gives its place in pixels of the screen. */
const PLACE_OF_MAP = `
  const map = document.querySelector('[data-test=map]')
  map.scrollIntoView({ block: 'center' })
  const { x, y, width, height } = map.getBoundingClientRect()
  return Object.fromEntries(Object.entries({ x, y, width, height }).map(([name, value]) => [name, Math.round(value * devicePixelRatio)]))`
