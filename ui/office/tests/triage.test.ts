import { describe, expect, it } from 'vitest'
import { load, type Office } from './support'

const order = (office: Office) => office.all('case-row').map((row) => row.attributes('data-case'))
const chosen = (office: Office) => office.page.find('[data-test="case-row"][aria-current="true"]').attributes('data-case')

describe('the triage desk', () => {
  it('shows a new report at once and leaves the chosen row chosen and in its order', async () => {
    const office = await load('/triage?view=all', 'triage')
    const before = order(office)
    await office.all('case-row')[2]!.trigger('click')
    await office.settle()
    const reading = chosen(office)
    const arrived = office.server.arrive()
    await office.settle()
    expect(order(office)).toEqual([arrived.id, ...before])
    expect(chosen(office)).toBe(reading)
    expect(office.find('case').attributes('data-case')).toBe(reading)
  })

  it('walks the list with J and K', async () => {
    const office = await load('/triage', 'triage')
    const rows = order(office)
    await office.press('j')
    expect(chosen(office)).toBe(rows[0])
    await office.press('j')
    expect(chosen(office)).toBe(rows[1])
    await office.press('k')
    expect(chosen(office)).toBe(rows[0])
  })

  it('dispatches as suggested with D and goes on to the next row', async () => {
    const office = await load('/triage', 'triage')
    await office.page.find('[data-test="case-row"][data-category="illegal-build"]').trigger('click')
    await office.settle()
    const [done, rows] = [chosen(office), order(office)]
    await office.press('d')
    const sent = office.sent.filter((one) => one.path.endsWith('/acts')).map((one) => one.body)
    expect(sent).toMatchObject([{ action: 'open', from_state_rev: 1 }, { action: 'dispatch', from_state_rev: 2, lead: 'urban-mgmt', assists: ['construction'] }])
    expect(order(office)).not.toContain(done)
    expect(chosen(office)).toBe(rows[rows.indexOf(done) + 1])
  })

  it('does not dispatch without a suggestion, and says so', async () => {
    const office = await load('/triage', 'triage')
    await office.page.find('[data-test="case-row"][data-category="other"]').trigger('click')
    await office.settle()
    await office.press('d')
    expect(office.sent.some((one) => one.path.endsWith('/acts'))).toBe(false)
    expect(document.body.textContent).toContain('没有建议的队列')
  })

  it('leaves the keys alone while somebody types', async () => {
    const office = await load('/triage', 'triage')
    const field = office.outside('search')?.querySelector('input') ?? office.outside('search')
    field?.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }))
    await office.settle()
    expect(chosenOrNone(office)).toBe(false)
  })

  it('says why a case goes where it goes, with the queues that were skipped', async () => {
    const office = await load('/triage?view=all', 'triage')
    await office.page.find('[data-test="case-row"][data-category="cable-down"]').trigger('click')
    await office.settle()
    expect(office.find('routing').text()).toContain('默认由供电主办')
    expect(office.find('routing').text()).toContain('跳过了通信')
  })

  it('lets triage choose the other grid at a border', async () => {
    const office = await load('/triage', 'triage')
    await office.page.find('[data-test="case-row"][data-category="illegal-build"]').trigger('click')
    await office.settle()
    await office.click('choose-grid')
    expect(office.sent.find((one) => one.method === 'PATCH')).toMatchObject({ body: { grid: 'g01' } })
  })

  it('says when nothing waits, and when the server is out of reach, and tries again', async () => {
    const empty = await load('/triage?view=queue:nobody', 'triage')
    expect(empty.find('list-empty').exists()).toBe(true)
    empty.page.unmount()
    const office = await load('/triage', 'triage')
    office.intercept((request) => { if (request.url.includes('/v1/cases')) throw new TypeError('failed to fetch'); return null })
    await office.click('queue-tab-municipal')
    expect(office.find('list-failed').text()).toContain('连不上服务器')
    office.intercept(() => null)
    await office.click('retry')
    expect(office.all('case-row').length).toBeGreaterThan(0)
  })
})

const chosenOrNone = (office: Office) => office.page.find('[data-test="case-row"][aria-current="true"]').exists()
