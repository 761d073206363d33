import { describe, expect, it } from 'vitest'

import { PIN } from '../src/platform/fake/phone'
import { at, enterPin, until, type Screen } from './support'

async function choosePin(screen: Screen, pin: string) {
  await screen.find('choose-pin')
  for (const _time of ['once', 'again']) await enterPin(screen, pin)
  await until(() => expect(screen.all('choose-pin')).toEqual([]))
}

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
    await choosePin(screen, '260412')
    // What was on the screen is read anew.
    await until(() => expect(screen.all('settings-link')[0]?.getAttribute('aria-label')).toContain('王磊'))
    await screen.tap('sync-chip')
    expect((await screen.find('sync-facts')).textContent).toMatch(/另有 \d+ 条是这台手机上其他同事的/)
    expect(screen.all('sync-item')).toEqual([])
    expect(document.body.textContent).not.toContain('全部送达。')
    await screen.find('export-bundle')
    expect((await screen.find('sync-chip')).dataset['word']).toBe('on_phone')
  })

  it('is locked with the PIN that its new worker chose', async () => {
    const screen = await at('/settings')
    await screen.tap('switch-user')
    await screen.type('switch-code', 'K7QM2R9A')
    await screen.tap('switch-go')
    await screen.says('现在是王磊在用')
    await choosePin(screen, '260412')
    await screen.phone.lockNow()
    await screen.find('lock-screen')
    await expect(screen.phone.unlock(PIN)).rejects.toMatchObject({ code: 'pin_wrong' })
    await enterPin(screen, '260412')
    await until(() => expect(screen.all('lock-screen')).toEqual([]))
  })

  it('says that work of a colleague waits until they sign in, and has nothing to export of it', async () => {
    const screen = await at('/?sheet=sync', { empty: true, heldBack: 2 })
    await screen.says('另有 2 条是其他同事留下的')
    expect(document.body.textContent).not.toContain('全部送达。')
    expect(screen.all('export-bundle')).toEqual([])
  })

  it('says that all is delivered only when nothing waits', async () => {
    const screen = await at('/?sheet=sync', { empty: true })
    await screen.says('全部送达。')
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

  it('says so of a clock that was set back', async () => {
    const screen = await at('/visits', { locked: 'clock' })
    await screen.says('时间被往回调过')
    expect(screen.all('household-row')).toEqual([])
  })

  it('offers the contact that opens them, and not to try again', async () => {
    const screen = await at('/visits', { locked: 'clock' })
    await screen.says('连上一次服务器就恢复，先确认手机有网络')
    expect(screen.all('retry')).toEqual([])
    await screen.tap('contact')
    await until(() => expect(screen.all('household-row').length).toBeGreaterThan(0))
  })

  it('offers no contact where the office locked them', async () => {
    const screen = await at('/visits', { locked: 'revoked' })
    await screen.find('error')
    expect([...screen.all('retry'), ...screen.all('contact')]).toEqual([])
  })
})

describe('a phone that the server does not know any more', () => {
  it('says so, hides nothing, and leads to a new enrolment', async () => {
    const screen = await at('/visits', { unknown: true })
    await screen.says('服务器不认识这台手机了')
    expect(screen.all('household-row').length).toBeGreaterThan(0)
    await screen.tap('enrol-again')
    await screen.goes('/enrol')
    expect(screen.all('enrol-again')).toEqual([])
    await screen.type('enrol-server', 'https://xunge.example')
    await screen.type('enrol-code', 'K7QM2R9A')
    await screen.tap('enrol-go')
    await until(async () => expect((await screen.phone.getSession()).revoked).toBe(false))
  })
})

describe('a phone that the office revoked', () => {
  it('leads to a new enrolment with its own street’s address, and back to work', async () => {
    const screen = await at('/', { locked: 'revoked' })
    await screen.tap('enrol-again')
    await screen.goes('/enrol')
    expect(((await screen.find('enrol-server')) as HTMLInputElement).value).toBe('https://xunge.example')
    await screen.type('enrol-code', 'K7QM-2R9A')
    await screen.tap('enrol-go')
    await choosePin(screen, '260412')
    await screen.goes('/')
    await until(() => expect(screen.all('lock-notice')).toEqual([]))
    expect((await screen.phone.getSync()).items.length).toBeGreaterThan(0)
  })

  it('lets its worker look at what is there before that', async () => {
    const screen = await at('/enrol', { locked: 'revoked' })
    await screen.tap('enrol-back')
    await screen.goes('/')
    await screen.find('enrol-again')
  })
})

describe('a phone that was emptied by the office', () => {
  it('says so where its next worker begins', async () => {
    const screen = await at('/enrol', { enrolled: false, wiped: true })
    await until(() => expect(screen.all('wiped')[0]?.textContent).toContain('已全部清除'))
  })
})
