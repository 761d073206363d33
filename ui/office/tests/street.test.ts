import { describe, expect, it } from 'vitest'
import { load, type Office } from './support'

const row = (office: Office, category: string) => office.page.find(`[data-test="street-category"][data-category="${category}"]`)
const changes = (office: Office) => office.sent.filter((one) => one.method === 'PATCH').map((one) => one.body)
const save = async (office: Office) => {
  await office.page.find('[data-test="street"]').trigger('submit')
  await office.settle()
}

describe('the settings of the street', () => {
  it('are shown as they are, and only what was changed is sent', async () => {
    const office = await load('/street', 'admin')
    expect(office.find('street-save').attributes('disabled')).toBeDefined()
    expect(row(office, 'vendor').find<HTMLInputElement>('[data-test="triage-first"] input').element.checked).toBe(true)
    await row(office, 'road-collapse').find('[data-test="triage-first"] input').setValue(true)
    await save(office)
    expect(changes(office)).toEqual([{ triage_first: ['vendor', 'road-collapse'] }])
    expect(office.find('street-save').attributes('disabled')).toBeDefined()
  })

  it('switch categories off, but never the one for everything else', async () => {
    const office = await load('/street', 'admin')
    expect(row(office, 'other').find('[data-test="disabled"]').exists()).toBe(false)
    await row(office, 'vendor').find('[data-test="disabled"] input').setValue(true)
    await save(office)
    expect(changes(office)).toEqual([{ disabled_categories: ['vendor'] }])
  })

  it('name days in the language of the page, and take one back with one press', async () => {
    const office = await load('/street', 'admin')
    const day = office.page.find('[data-day="2026-10-10"]')
    expect(day.text()).toContain('2026年10月10日周六')
    await day.find('[data-test="drop-day"]').trigger('click')
    await save(office)
    expect(changes(office)).toEqual([{ make_up_days: [] }])
  })

  it('keep what was entered when the server refuses it, and say which field is wrong', async () => {
    const office = await load('/street', 'admin')
    office.intercept((request) => (request.method === 'PATCH'
      ? new Response(JSON.stringify({ error: { code: 'invalid', details: { problems: [{ field: 'make_up_days', problem: 'contradiction' }] } } }), { status: 422, headers: { 'content-type': 'application/json' } }) : null))
    await row(office, 'road-collapse').find('[data-test="triage-first"] input').setValue(true)
    await save(office)
    expect(office.find('problem').text()).toContain('调休上班日')
    expect(row(office, 'road-collapse').find<HTMLInputElement>('[data-test="triage-first"] input').element.checked).toBe(true)
    await office.click('street-undo')
    expect(row(office, 'road-collapse').find<HTMLInputElement>('[data-test="triage-first"] input').element.checked).toBe(false)
  })

  it('are for administrators alone', async () => {
    const office = await load('/street', 'triage')
    expect(office.page.find('[data-test="street"]').exists()).toBe(false)
  })
})
