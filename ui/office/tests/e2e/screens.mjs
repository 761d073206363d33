/** The main screens of the office: who sees each, where it is, what is done there before the picture, at which sizes. */

/** The day and time in every picture. */
export const NOW = '2026-03-10T10:20:00+08:00'

const DESK = { width: 1440, height: 900 }
const SMALL_DESK = { width: 1280, height: 800 }
const PHONE = { width: 390, height: 844 }

const click = (page, test) => page.click(`[data-test="${test}"]`)
const first = (test) => (page) => page.locator(`[data-test="${test}"]`).first().click()
const last = (test) => (page) => page.locator(`[data-test="${test}"]`).last().click()
/** A case of this category, in the list, in this state where it is given. */
const opened = (category, state) => async (page) => {
  await page.locator(`[data-test="case-row"][data-category="${category}"]${state ? `:has([data-state="${state}"])` : ''}`).first().click()
  await page.waitForSelector('[data-test="case"]')
}
/** A case, and the form of an act on it. */
const form = (category, action, state) => async (page) => {
  await opened(category, state)(page)
  await click(page, `action-${action}`)
}
/** A case on a page of its own. */
const alone = (category) => async (page) => {
  await opened(category)(page)
  await page.locator('[data-test="case"] a.icon-button').click()
  await page.waitForSelector('.case-page [data-test="case"]')
}

const json = (body, status = 200) => (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })
const NOTHING = { rows: [], total: 0, next: null, by_state: [], by_queue: [] }
const CASES = /\/v1\/cases(\?|$)/

const screen = (name, who, at, act, sizes = [DESK], rest = {}) => ({ name, who, at, act, sizes, ...rest })

export const SCREENS = [
  screen('sign-in', null, '/sign-in', null, [DESK, PHONE]),
  screen('sign-in-pointed', null, '/sign-in', (page) => page.hover('[data-test="sign-in"]')),
  screen('setup', null, '/setup#one-time', null, [DESK, PHONE], { state: { of: /\/v1\/setup/, answer: json({ needed: true }) } }),
  screen('setup-done', null, '/setup#one-time', null),
  screen('password-reset', null, '/reset#one-time', null, [DESK, PHONE]),

  screen('triage', 'triage', '/triage', null),
  screen('triage-case', 'triage', '/triage', opened('illegal-build'), [DESK, SMALL_DESK]),
  screen('triage-all', 'triage', '/triage?view=all', opened('cable-down')),
  screen('triage-keys', 'triage', '/triage', (page) => page.keyboard.press('?')),
  screen('form-dispatch', 'triage', '/triage', form('illegal-build', 'dispatch')),
  screen('form-transfer', 'triage', '/triage?view=returned', form('tree-fallen', 'transfer')),
  screen('form-close', 'triage', '/triage?view=check', form('exposed-waste', 'close')),
  screen('form-reopen', 'triage', '/triage?view=all', form('manhole', 'reopen', 'closed')),
  screen('case', 'triage', '/triage?view=all', alone('road-collapse'), [DESK, PHONE]),
  screen('case-resolved', 'triage', '/triage?view=check', alone('exposed-waste')),
  screen('case-compare', 'triage', '/triage?view=check', async (page) => { await opened('exposed-waste')(page); await click(page, 'compare') }),
  screen('case-photo', 'triage', '/triage?view=all', async (page) => { await opened('road-collapse')(page); await click(page, 'photo-main') }),
  screen('triage-empty', 'triage', '/triage', null, [DESK], { state: { of: CASES, answer: json(NOTHING) } }),
  screen('triage-loading', 'triage', '/triage', null, [DESK], { state: { of: CASES, answer: () => undefined }, keeps: true }),
  screen('triage-failed', 'triage', '/triage', null, [DESK], { state: { of: CASES, answer: json({ error: { code: 'internal', details: null } }, 500) } }),
  screen('triage-offline', 'triage', '/triage', null, [DESK], { state: { of: CASES, answer: (route) => route.abort() } }),

  screen('queue', 'municipal', '/queue', null, [DESK, PHONE]),
  screen('queue-case', 'municipal', '/queue', opened('tree-fallen'), [DESK, PHONE]),
  screen('form-return', 'municipal', '/queue?view=accepted', form('manhole', 'return'), [DESK, PHONE]),
  screen('form-resolve', 'municipal', '/queue?view=accepted', form('manhole', 'resolve'), [DESK, PHONE]),
  screen('queue-empty', 'municipal', '/queue', null, [PHONE], { state: { of: CASES, answer: json(NOTHING) } }),
  screen('queue-offline', 'municipal', '/queue', null, [PHONE], { state: { of: CASES, answer: (route) => route.abort() } }),

  screen('households', 'secretary', '/households', null, [DESK, PHONE]),
  screen('household', 'secretary', '/households', first('household-row'), [DESK, PHONE]),
  screen('household-reveal', 'secretary', '/households', async (page) => { await first('household-row')(page); await first('reveal')(page) }),
  screen('households-empty', 'secretary', '/households', null, [DESK], { state: { of: /\/v1\/households\?/, answer: json({ rows: [], total: 0 }) } }),

  screen('people', 'admin', '/people', null, [DESK, PHONE]),
  screen('person-form', 'admin', '/people', (page) => click(page, 'person-add')),
  screen('enrol', 'admin', '/people', first('enrol'), [DESK, PHONE]),
  screen('people-failed', 'admin', '/people', null, [DESK], { state: { of: '**/v1/people', answer: json({ error: { code: 'internal', details: null } }, 500) } }),
  screen('street', 'admin', '/street', null, [DESK, PHONE]),
  screen('street-changed', 'admin', '/street', async (page) => { await click(page, 'triage-first'); await click(page, 'drop-day') }, [DESK, PHONE]),
  screen('street-failed', 'admin', '/street', null, [DESK], { state: { of: '**/v1/street', answer: json({ error: { code: 'internal', details: null } }, 500) } }),
  screen('devices', 'admin', '/devices', null, [DESK, PHONE]),
  screen('devices-filtered', 'admin', '/devices', (page) => click(page, 'fleet-unsent_long')),
  screen('device-import', 'admin', '/devices', (page) => click(page, 'bundle'), [DESK, PHONE]),
  screen('device-revoke', 'admin', '/devices', first('revoke')),
  screen('strays', 'admin', '/strays', null),
  screen('stray', 'triage', '/strays', first('stray-look')),
  screen('stray-early', 'triage', '/strays', last('stray-look')),
  screen('stray-closed', 'admin', '/strays', first('stray-look'), [DESK], { expected: 'status of 403' }),
  screen('access-log', 'admin', '/access-log', null),
]
