import { describe, expect, it } from 'vitest'
import { load, type Office } from './support'

const sent = (office: Office, end: string) => office.sent.filter((one) => one.path.endsWith(end)).map((one) => one.body)

describe('two values of one field', () => {
  it('are named to the secretary without their values, read with a reason, and one is chosen', async () => {
    const office = await load('/households', 'secretary')
    await office.settle()
    expect(office.find('review').text()).toContain('电话')
    expect(office.find('review').text()).not.toMatch(/\d{11}/)
    await office.page.find('[data-test="review"]').trigger('click')
    await office.settle()
    expect(office.find('review-line').text()).toContain('电话')
    await office.page.find('[data-test="history-open"]').trigger('click')
    await office.settle()
    office.outside('history-form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await office.settle()
    expect(sent(office, '/history')).toMatchObject([{ reason: '核对资料' }])
    const values = [...document.querySelectorAll('[data-test="past-value"]')].map((one) => one.textContent)
    expect(values[0]).toContain('13800002468')
    expect(values[1]).toContain('13800001357')
    document.querySelectorAll<HTMLButtonElement>('[data-test="choose"]')[1]!.click()
    await office.settle()
    expect(sent(office, '/settle')).toMatchObject([{ field: 'phone', value: '13800001357' }])
    expect(office.page.find('[data-test="review-line"]').exists()).toBe(false)
  })
})
