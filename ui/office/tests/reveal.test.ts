import { describe, expect, it, vi } from 'vitest'
import { load, type Office } from './support'

const reveals = (office: Office) => office.sent.filter((one) => one.path.endsWith('/reveal')).map((one) => one.body)

describe('a protected field', () => {
  it('is masked until its reader says why, and the reason is sent', async () => {
    const office = await load('/households/h-0', 'secretary')
    expect(office.find('household').text()).toContain('138****')
    expect(office.find('revealed').exists()).toBe(false)
    await office.page.find('[data-test="secret-resident_phone"] [data-test="reveal"]').trigger('click')
    await office.settle()
    expect((office.outside('reveal-submit') as HTMLButtonElement).disabled).toBe(true)
    expect(reveals(office)).toEqual([])
    await office.click('purpose-call')
    office.outside('reveal-form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await office.settle()
    expect(reveals(office)).toMatchObject([{ field: 'resident_phone', resident: 'p-0-0', reason: '电话联系' }])
    expect(office.find('revealed').text()).toBe('13800001000')
  })

  it('is masked again after its time', async () => {
    const office = await load('/households/h-0', 'secretary')
    await office.page.find('[data-test="secret-household_phone"] [data-test="reveal"]').trigger('click')
    await office.settle()
    await office.click('purpose-emergency')
    vi.useFakeTimers()
    office.outside('reveal-form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await vi.advanceTimersByTimeAsync(500)
    expect(office.find('revealed').exists()).toBe(true)
    await vi.advanceTimersByTimeAsync(58_000)
    expect(office.find('revealed').exists()).toBe(true)
    await vi.advanceTimersByTimeAsync(3000)
    expect(office.find('revealed').exists()).toBe(false)
    expect(office.find('household').text()).not.toContain('13800001000')
  })

  it('wants words for another purpose', async () => {
    const office = await load('/households/h-0', 'secretary')
    await office.page.find('[data-test="secret-resident_name"] [data-test="reveal"]').trigger('click')
    await office.settle()
    await office.click('purpose-other')
    expect((office.outside('reveal-submit') as HTMLButtonElement).disabled).toBe(true)
    await office.type('purpose-text', '核对医保')
    expect((office.outside('reveal-submit') as HTMLButtonElement).disabled).toBe(false)
  })

  it('has no way to be shown for people without the right', async () => {
    const office = await load('/households', 'municipal')
    expect(office.path()).toBe('/queue')
  })
})
