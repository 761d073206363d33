import { describe, expect, it } from 'vitest'

import { at, until } from './support'

describe('a phone in other hands', () => {
  it('shows nothing of the one before, and says how much of it still waits', async () => {
    const screen = await at('/settings')
    const before = (await screen.phone.getSync()).items.length
    expect(before).toBeGreaterThan(0)
    await screen.tap('switch-user')
    await screen.type('switch-code', 'K7QM2R9A')
    await screen.tap('switch-go')
    await screen.says('现在是王磊在用')
    await screen.goes('/')
    const sync = await screen.phone.getSync()
    expect(sync.items).toEqual([])
    expect(sync.of_others).toBeGreaterThan(0)
  })

  it('is not handed over without a code', async () => {
    const screen = await at('/settings')
    await screen.tap('switch-user')
    await screen.type('switch-code', 'K7')
    expect(((await screen.find('switch-go')) as HTMLButtonElement).disabled).toBe(true)
  })
})

describe('a phone too long without contact', () => {
  it('says why households are not shown, and that nothing is lost', async () => {
    const screen = await at('/visits', { locked: 'lease' })
    await screen.says('已超过 14 天没连上服务器')
    expect((await screen.find('error')).dataset['code']).toBe('households_locked')
    expect(screen.all('household-row')).toEqual([])
  })
})

describe('a phone that was emptied by the office', () => {
  it('says so where its next worker begins', async () => {
    const screen = await at('/enrol', { enrolled: false, wiped: true })
    await until(() => expect(screen.all('wiped')[0]?.textContent).toContain('已全部清除'))
  })
})
