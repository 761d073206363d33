import { describe, expect, it, vi } from 'vitest'

import { PIN } from '../src/platform/fake/phone'
import { behindLock } from '../src/platform/behindLock'
import { at, enterPin as enter, on, until, type Screen } from './support'
import { fakePhone } from '../src/platform/fake/phone'
import type { Session } from '../src/platform/types'

const gone = (screen: Screen, name: string) => until(() => expect(screen.all(name)).toEqual([]))

describe('a locked phone', () => {
  it('shows the pad and how much waits, and nothing else', async () => {
    const screen = await at('/', { behindPin: true })
    expect((await screen.find('lock-waiting')).dataset['count']).toBe('1')
    expect(screen.all('tab-today')).toEqual([])
    expect(document.documentElement.hasAttribute('data-locked')).toBe(true)
    await enter(screen, PIN)
    await screen.find('tab-today')
    await gone(screen, 'lock-screen')
    expect(document.documentElement.hasAttribute('data-locked')).toBe(false)
  })

  it('says that a PIN is wrong, and after five of them lets nobody try', async () => {
    const screen = await at('/', { behindPin: true })
    await enter(screen, '112233')
    expect((await screen.find('lock-said')).textContent).toContain('PIN 不对')
    for (let n = 0; n < 4; n++) {
      await until(() => expect((screen.all('pin-1')[0] as HTMLButtonElement).disabled).toBe(false))
      await enter(screen, '112233')
    }
    await screen.says('请等 30 秒再试')
    expect(((await screen.find('pin-1')) as HTMLButtonElement).disabled).toBe(true)
  })

  it('takes digits from a keyboard', async () => {
    const screen = await at('/', { behindPin: true })
    await screen.find('pin-pad')
    for (const key of [...'99', 'Backspace', 'Backspace', ...PIN]) window.dispatchEvent(new KeyboardEvent('keydown', { key }))
    await screen.find('tab-today')
  })
})

describe('locking in the midst of work', () => {
  it('keeps what is being typed, and saves it once the phone is open again', async () => {
    const phone = fakePhone()
    const screen = await on(phone, '/')
    await screen.tap('capture')
    await screen.tap('category-street-light')
    await screen.find('text')
    await phone.lockNow()
    await screen.find('lock-screen')
    await screen.type('text', '灯杆倾斜')
    await expect(phone.listDrafts()).rejects.toEqual({ code: 'locked' })
    await enter(screen, PIN)
    await gone(screen, 'lock-screen')
    expect(((await screen.find('text')) as HTMLTextAreaElement).value).toBe('灯杆倾斜')
    await until(async () => expect((await phone.listDrafts())[0]?.report?.text).toBe('灯杆倾斜'))
  })
})

describe('a command refused as locked', () => {
  it('goes on when the phone opens while it asks whether it is locked', async () => {
    const phone = fakePhone({ behindPin: true })
    const asked = phone.getLock.bind(phone)
    const late = Object.assign(Object.create(phone) as typeof phone, {
      async getLock() {
        const locked = await asked()
        await phone.unlock(PIN)
        return locked
      },
    })
    await expect(behindLock(late, () => undefined).getSession()).resolves.toMatchObject({ enrolled: true })
  })
})

describe('choosing a PIN', () => {
  async function enrolled() {
    const screen = await at('/', { enrolled: false })
    await screen.type('enrol-server', 'https://xunge.example')
    await screen.type('enrol-code', 'K7QM-2R9A')
    await screen.tap('enrol-go')
    await screen.find('choose-pin')
    return screen
  }

  it('comes right after the enrolment, and asks twice', async () => {
    const screen = await enrolled()
    await enter(screen, '260412')
    await until(async () => expect((await screen.find('choose-pin')).dataset['again']).toBe('true'))
    await enter(screen, '260413')
    await screen.find('pin-differs')
    await enter(screen, '260412')
    await enter(screen, '260412')
    await screen.find('tab-today')
  })

  it('says when anybody would guess it', async () => {
    const screen = await enrolled()
    await enter(screen, '123456')
    await enter(screen, '123456')
    expect((await screen.find('error')).dataset['code']).toBe('pin_weak')
  })
})

describe('changing the PIN', () => {
  it('asks for the old one and twice for the new one', async () => {
    const screen = await at('/pin')
    await enter(screen, PIN)
    await until(async () => expect((await screen.find('change-pin')).dataset['step']).toBe('new'))
    await enter(screen, '260412')
    await enter(screen, '260412')
    await screen.goes('/settings')
    await expect(screen.phone.unlock(PIN)).rejects.toMatchObject({ code: 'pin_wrong' })
  })

  it('says when the old one is wrong and begins again', async () => {
    const screen = await at('/pin')
    for (const pin of ['112233', '260412', '260412']) await enter(screen, pin)
    expect((await screen.find('error')).dataset['code']).toBe('pin_wrong')
    expect((await screen.find('change-pin')).dataset['step']).toBe('old')
  })
})

/** The app on a phone of which this is so. */
async function where(said: Partial<Session>, path = '/') {
  const phone = fakePhone()
  const session = { ...(await phone.getSession()), ...said }
  vi.spyOn(phone, 'getSession').mockResolvedValue(session)
  return on(phone, path)
}

describe('what stands above every page', () => {
  it.each<[string, Partial<Session>, string]>([
    ['of an order to remove everything', { order: 'wipe', locked: 'revoked' }, '没传的内容也会一起清除'],
    ['of a lock that ends the enrolment', { order: 'lock', revoked: true, locked: 'revoked' }, '要一个新的登记码'],
    ['of a lock until the phone is told who it is', { order: 'lock', revoked: false, locked: 'revoked' }, '服务器要重新确认'],
    ['of a server that does not know the phone, although its time is over too', { revoked: true, locked: 'lease' }, '服务器不认识这台手机了'],
    ['of a time that is over', { locked: 'lease' }, '天没连上服务器'],
  ])('tells %s', async (_what, session, words) => {
    const screen = await where(session)
    expect((await screen.find('lock-notice')).textContent).toContain(words)
    expect(screen.all('enrol-again').length).toBe(session.revoked ? 1 : 0)
  })

  it('says why the phone cannot tell whose it is, and asks again only when told to', async () => {
    const phone = fakePhone({ failing: { getSession: { code: 'phone_full' } } })
    const asked = vi.spyOn(phone, 'getSession')
    const screen = await on(phone, '/')
    await screen.find('error')
    const before = asked.mock.calls.length
    await new Promise((done) => setTimeout(done, 300))
    expect(asked.mock.calls.length).toBe(before)
    expect(screen.all('retry').length).toBe(1)
  })

  it('says that no contact comes while sending is switched off, and asks for none', async () => {
    const settings = { ...(await fakePhone().getSession()).settings, network: 'offline' as const }
    const phone = fakePhone({ locked: 'clock', settings })
    const screen = await on(phone, '/visits')
    expect((await screen.find('lock-notice')).textContent).toContain('请到设置改成“自动”')
    expect((await screen.find('error')).textContent).toContain('请到设置改成“自动”')
    expect(screen.all('contact')).toEqual([])
  })
})
