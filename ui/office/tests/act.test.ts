import { describe, expect, it } from 'vitest'
import { load, type Office } from './support'

const chosenCase = (office: Office) => office.find('case').attributes('data-case') ?? ''
const open = async (login: string, path: string, category: string) => {
  const office = await load(path, login)
  await office.page.find(`[data-test="case-row"][data-category="${category}"]`).trigger('click')
  await office.settle()
  return office
}
const acts = (office: Office) => office.sent.filter((one) => one.path.endsWith('/acts')).map((one) => one.body as { id: string, action: string, from_state_rev: number, text?: string })

describe('what can be done with a case', () => {
  it('is offered as buttons, and the rest is named with the reason why not', async () => {
    const office = await open('municipal', '/queue', 'tree-fallen')
    expect(office.find('action-accept').exists()).toBe(true)
    expect(office.find('action-return').exists()).toBe(false)
    expect(office.find('refused-actions').text()).toContain('退回')
    expect(office.find('refused-actions').text()).toContain('险情')
  })

  it('never offers what belongs to another role', async () => {
    const office = await open('municipal', '/queue', 'tree-fallen')
    for (const action of ['reject', 'transfer', 'final_dispatch', 'void']) expect(office.find(`action-${action}`).exists()).toBe(false)
  })

  it('is done with one press when nothing has to be written', async () => {
    const office = await open('municipal', '/queue', 'tree-fallen')
    await office.click('action-accept')
    expect(acts(office).map((one) => one.action)).toEqual(['accept'])
    expect(office.find('case').find('[data-test="case-state"]').attributes('data-state')).toBe('accepted')
    expect(office.path()).toContain(chosenCase(office))
  })
})

describe('the form of an act', () => {
  it('says what is missing and sends nothing', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-resolve')
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    expect(office.find('act-form').text()).toContain('没有照片的原因')
    expect(acts(office)).toEqual([])
  })

  it('resolves with what was done and a reason for no photo', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-resolve')
    await office.type('act-text', '井盖已换')
    await office.type('act-no-photo-reason', '夜间看不清')
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    expect(acts(office)).toMatchObject([{ action: 'resolve', text: '井盖已换', photos: [], no_photo_reason: '夜间看不清' }])
    expect(office.find('act-form').exists()).toBe(false)
  })

  it('keeps what was typed when another case is looked at', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-progress')
    await office.type('act-text', '已到现场')
    await office.page.find('[data-test="case-row"][data-category="street-light"]').trigger('click')
    await office.settle()
    await office.page.find('[data-test="case-row"][data-category="manhole"]').trigger('click')
    await office.settle()
    expect((office.outside('act-text') as HTMLTextAreaElement | null)?.value).toBe('已到现场')
  })

  it('keeps what was typed when the server cannot be reached, and sends the same act again under the same id', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-progress')
    await office.type('act-text', '已到现场')
    office.intercept((request) => { if (request.method === 'POST') throw new TypeError('failed to fetch'); return null })
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    expect(office.find('act-failed').exists()).toBe(true)
    expect((office.outside('act-text') as HTMLTextAreaElement).value).toBe('已到现场')
    office.intercept(() => null)
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    const [first, second] = acts(office)
    expect(first?.id).toMatch(/^[0-9a-f-]{36}$/)
    expect(second?.id).toBe(first?.id)
    expect(office.find('act-form').exists()).toBe(false)
  })

  it('takes a new id once the text has changed', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-progress')
    await office.type('act-text', '已到现场')
    office.intercept((request) => { if (request.method === 'POST') throw new TypeError('failed to fetch'); return null })
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    await office.type('act-text', '已到现场，等配件')
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    const [first, second] = acts(office)
    expect(second?.id).not.toBe(first?.id)
  })
})

describe('an act that comes too late', () => {
  it('keeps the text, says who did what, and can still be sent where it is allowed', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-resolve')
    await office.type('act-text', '井盖已换')
    await office.type('act-no-photo-reason', '夜间')
    // Somebody else writes first, and the live hint has not come yet.
    office.intercept((request) => {
      if (request.method !== 'POST') return null
      office.intercept(() => null)
      office.server.act(chosenCase(office), { action: 'progress', text: '同事已取配件', photos: [] }, 'municipal')
      return null
    })
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    const notice = office.find('stale')
    expect(notice.text()).toContain('吴强')
    expect(notice.text()).toContain('同事已取配件')
    expect((office.outside('act-text') as HTMLTextAreaElement).value).toBe('井盖已换')
    await office.click('stale-again')
    expect(acts(office).at(-1)).toMatchObject({ action: 'resolve', text: '井盖已换' })
    expect(office.find('case').find('[data-test="case-state"]').attributes('data-state')).toBe('resolved')
  })

  it('can be left as a remark when it is no longer possible', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-resolve')
    await office.type('act-text', '井盖已换')
    office.server.act(chosenCase(office), { action: 'suspend', reason: '等配件', until: Date.now() + 9e8 }, 'triage')
    await office.settle()
    expect(office.find('stale').text()).toContain('陈静')
    expect(office.find('stale-again').exists()).toBe(false)
    await office.click('stale-comment')
    expect((office.outside('act-text') as HTMLTextAreaElement).value).toBe('井盖已换')
    await office.page.find('[data-test="act-form"]').trigger('submit')
    await office.settle()
    expect(acts(office).at(-1)).toMatchObject({ action: 'comment', text: '井盖已换' })
  })

  it('is noticed while typing, before anything is sent', async () => {
    const office = await open('municipal', '/queue?view=accepted', 'manhole')
    await office.click('action-progress')
    await office.type('act-text', '写到一半')
    office.server.act(chosenCase(office), { action: 'extend', reason: '配件', until: Date.now() + 9e8 }, 'triage')
    await office.settle()
    expect(office.find('stale').exists()).toBe(true)
    expect(acts(office)).toEqual([])
    expect((office.outside('act-text') as HTMLTextAreaElement).value).toBe('写到一半')
  })
})
