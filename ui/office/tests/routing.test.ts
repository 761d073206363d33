import type { VueWrapper } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { zoomFor } from '../src/map_base'
import { grids } from '../fake/street'
import { load, type Office } from './support'

const acts = (office: Office) => office.sent.filter((one) => one.path.endsWith('/acts')).map((one) => one.body)
const open = async (login: string, path: string, row: string) => {
  const office = await load(path, login)
  await office.page.find(`[data-test="case-row"]${row}`).trigger('click')
  await office.settle()
  return office
}
/** As a choice in the list of queues does; the list itself is Element Plus's. */
const choose = (office: Office, test: string, queue: string) => (office.page.findComponent(`[data-test="${test}"]`) as unknown as VueWrapper).vm.$emit('update:modelValue', queue)
const send = async (office: Office) => {
  await office.page.find('[data-test="act-form"]').trigger('submit')
  await office.settle()
}

describe('the suggested queue', () => {
  it('is shown with its reason, and one press dispatches there', async () => {
    const office = await open('triage', '/triage', '[data-category="illegal-build"]')
    expect(office.find('suggestion').text()).toContain('默认由城管主办')
    expect(office.find('suggestion').text()).toContain('建管')
    await office.click('dispatch-suggested')
    expect(acts(office)).toMatchObject([{ action: 'open' }, { action: 'dispatch', lead: 'urban-mgmt', assists: ['construction'] }])
  })

  it('takes a note along that was written before', async () => {
    const office = await open('triage', '/triage', '[data-category="illegal-build"]')
    await office.click('action-dispatch')
    await office.type('act-text', '请先到现场')
    await office.press('d')
    expect(acts(office).at(-1)).toMatchObject({ action: 'dispatch', lead: 'urban-mgmt', note: '请先到现场' })
  })

  it('keeps the note when the server is out of reach', async () => {
    const office = await open('triage', '/triage', '[data-category="illegal-build"]')
    await office.click('action-dispatch')
    await office.type('act-text', '请先到现场')
    office.intercept((request) => { if (request.method === 'POST') throw new TypeError('failed to fetch'); return null })
    await office.click('dispatch-suggested')
    expect(office.find('act-failed').text()).toContain('连不上服务器')
    expect((office.outside('act-text') as HTMLTextAreaElement).value).toBe('请先到现场')
  })
})

describe('a returned case', () => {
  it('says above the form who gave it back and why, and goes to the owner they name unless another is chosen', async () => {
    const office = await open('triage', '/triage?view=returned', '[data-category="tree-fallen"]')
    await office.click('action-transfer')
    expect(office.find('returned-because').text()).toContain('应由物业管理方处理')
    expect(office.find('returned-because').text()).toContain('建议由建管办理')
    await office.type('act-text', '同意')
    await send(office)
    expect(acts(office)).toMatchObject([{ action: 'transfer', lead: 'construction', text: '同意' }])
  })

  it('goes out with a reason, an owner and the evidence, or not at all', async () => {
    const office = await open('municipal', '/queue?view=accepted', '[data-category="manhole"]')
    await office.press('r')
    expect(office.find('act-form').attributes('data-action')).toBe('return')
    await send(office)
    expect(acts(office)).toEqual([])
    await office.click('reason-not_ours')
    await office.type('act-text', '属于小区')
    await send(office)
    expect(office.find('act-form').text()).toContain('请选择队列')
    expect(acts(office)).toEqual([])
    choose(office, 'act-suggested', 'construction')
    await send(office)
    expect(acts(office)).toMatchObject([{ action: 'return', reason: 'not_ours', text: '属于小区', suggested: 'construction' }])
    expect(office.find('case').exists()).toBe(false)
  })
})

describe('a ruling', () => {
  it('may make the lead wait for a helping queue', async () => {
    const office = await open('head', '/triage?view=all', '[data-category="building-damage"]')
    await office.click('action-final_dispatch')
    choose(office, 'act-lead', 'construction')
    ;(office.page.findComponent('[data-test="act-assists"]') as unknown as VueWrapper).vm.$emit('update:modelValue', ['gas', 'water'])
    await office.settle()
    await office.page.find('[data-test="wait-for-gas"] input').setValue(true)
    await office.type('act-text', '燃气先测漏')
    await send(office)
    expect(acts(office)).toMatchObject([{ action: 'final_dispatch', lead: 'construction', assists: ['gas', 'water'], mandatory: ['gas'], ruling: '燃气先测漏' }])
  })
})

describe('a case at a border', () => {
  it('that was dispatched before keeps its orders when it is put into the other grid, and the timeline says so', async () => {
    const office = await open('triage', '/triage?view=all', '[data-category="road-collapse"]')
    await office.click('choose-grid')
    await office.settle()
    expect(office.page.find('[data-test="step-place"]').text()).toContain('更正网格')
    expect(office.page.find('[data-test="step-place"]').text()).toContain('已派遣过，工单不变')
  })
})

describe('the end of a case', () => {
  it('is closed with how it ended and a sentence for the reporter, and can be opened again', async () => {
    const office = await open('triage', '/triage?view=check', '[data-category="exposed-waste"]')
    await office.click('action-close')
    await office.click('reason-fixed')
    await office.type('act-text', '已清运')
    await send(office)
    expect(office.find('case').find('[data-test="case-state"]').attributes('data-state')).toBe('closed')
    await office.click('action-reopen')
    await office.type('act-text', '又堆了')
    await send(office)
    expect(acts(office)).toMatchObject([{ action: 'close', reason: 'fixed', text: '已清运' }, { action: 'reopen', text: '又堆了' }])
  })
})

describe('the map of the street', () => {
  it('shows the whole street in the room there is, and no more', () => {
    const [wide, narrow] = [zoomFor(grids, { width: 850, height: 850 }), zoomFor(grids, { width: 340, height: 850 })]
    const degrees = (zoom: number, pixels: number) => (pixels * 360) / (512 * 2 ** zoom)
    // The made-up street is 0.016 degrees wide.
    for (const [zoom, width] of [[wide, 850], [narrow, 340]] as const) {
      expect(degrees(zoom, width)).toBeGreaterThan(0.016)
      expect(degrees(zoom, width)).toBeLessThan(0.016 * 1.2)
    }
    expect(zoomFor([], { width: 850, height: 850 })).toBeGreaterThan(0)
  })
})
