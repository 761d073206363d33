import { describe, expect, it } from 'vitest'
import { load } from './support'

describe('the desk of a department', () => {
  it('searches every case its member may see, and goes back to the list it was asked from', async () => {
    const office = await load('/queue', 'municipal')
    const categories = () => office.all('case-row').map((row) => row.attributes('data-category'))
    const inbox = categories()
    expect(inbox).toContain('tree-fallen')
    expect(inbox).not.toContain('manhole')
    const inWork = office.server.cases.find((one) => one.category === 'manhole')!
    await office.type('search', inWork.number)
    await office.settle()
    expect(categories()).toEqual(['manhole'])
    await office.click('view-inbox')
    expect(categories()).toEqual(inbox)
  })

  it('says so when a search finds nothing', async () => {
    const office = await load('/queue', 'municipal')
    await office.type('search', '没有这个案件')
    await office.settle()
    expect(office.all('case-row')).toHaveLength(0)
    expect(office.find('list-empty').exists()).toBe(true)
  })

  it('is worked with the keys: next, accept, and the list of all keys', async () => {
    const office = await load('/queue', 'municipal')
    await office.press('j')
    const chosen = office.find('case').attributes('data-case')
    expect(chosen).toBe(office.all('case-row')[0]!.attributes('data-case'))
    await office.press('a')
    expect(office.sent.filter((one) => one.path.endsWith('/acts')).map((one) => one.body)).toMatchObject([{ action: 'accept' }])
    await office.press('?')
    expect(office.outside('key-help')?.textContent).toContain('签收')
  })
})
