import { describe, expect, it } from 'vitest'

import { at, until } from './support'

describe('settings', () => {
  it('switch the language at once', async () => {
    const screen = await at('/settings')
    await screen.tap('language-en')
    await screen.says('Text size')
    expect(document.documentElement.lang).toBe('en')
  })

  it('switch the theme at once', async () => {
    const screen = await at('/settings')
    await screen.tap('theme-outdoor')
    await until(() => expect(document.documentElement.dataset['theme']).toBe('outdoor'))
  })

  it('keep the text between 100 and 160 per cent', async () => {
    const screen = await at('/settings', { settings: { text_size: 150 } })
    await screen.tap('text-larger')
    await until(() => expect(document.documentElement.style.fontSize).toBe('25.6px'))
    expect(((await screen.find('text-larger')) as HTMLButtonElement).disabled).toBe(true)
  })

  it('save the network rule on the phone', async () => {
    const screen = await at('/settings')
    await screen.tap('network-wifi')
    await until(async () => expect((await screen.phone.getSession()).settings.network).toBe('wifi'))
  })

  it('show what the app holds on disk', async () => {
    const screen = await at('/settings')
    expect((await screen.find('storage')).textContent).toContain('48.3 MB')
  })

  it('say when they cannot be saved', async () => {
    const screen = await at('/settings', { failing: { saveSettings: { code: 'phone_full' } } })
    await screen.tap('theme-dark')
    expect((await screen.find('error')).dataset['code']).toBe('phone_full')
  })

  it('refuse a map file that is none', async () => {
    const screen = await at('/settings')
    await screen.choose('map-import', new File(['x'], 'map.zip'))
    expect((await screen.find('error')).dataset['code']).toBe('map_invalid')
  })
})

describe('signing out', () => {
  it('is refused while anything is unsent, and says how much', async () => {
    const screen = await at('/settings')
    await screen.tap('sign-out')
    expect((await screen.find('error')).textContent).toContain('还有 1 条记录、3 个照片文件没办完')
    expect((await screen.phone.getSession()).enrolled).toBe(true)
  })

  it('leads to the enrolment when everything is delivered', async () => {
    const screen = await at('/settings', { empty: true })
    await screen.tap('sign-out')
    await until(async () => expect((await screen.phone.getSession()).enrolled).toBe(false))
  })

  it('is refused on a phone that is about to remove everything, and says why', async () => {
    const screen = await at('/settings', { empty: true, takenBack: 'upload_then_wipe' })
    await screen.tap('sign-out')
    const refusal = await screen.find('error')
    expect(refusal.dataset['code']).toBe('device_revoked')
    expect(refusal.textContent).toContain('不用退出')
    expect(refusal.textContent).not.toContain('没送出的内容')
    expect((await screen.phone.getSession()).enrolled).toBe(true)
  })
})

describe('enrolment', () => {
  it('is where a phone without one begins, and leads to Today', async () => {
    const screen = await at('/', { enrolled: false })
    await screen.type('enrol-server', 'https://xunge.example')
    await screen.type('enrol-code', 'K7QM-2R9A')
    await screen.tap('enrol-go')
    await screen.goes(/^\/$/)
    expect((await screen.find('grid-name')).textContent).toContain('网格')
  })

  it('does not promise to try again by itself when nobody answered', async () => {
    const screen = await at('/enrol', { enrolled: false, failing: { enrol: { code: 'unreachable' } } })
    await screen.type('enrol-server', 'https://xunge.example')
    await screen.type('enrol-code', 'K7QM2R9A')
    await screen.tap('enrol-go')
    const said = (await screen.find('error')).textContent
    expect(said).toContain('还没登记成')
    expect(said).not.toContain('自动')
  })

  it('keeps what was typed when the code is refused', async () => {
    const screen = await at('/enrol', { enrolled: false, failing: { enrol: { code: 'code_invalid' } } })
    await screen.type('enrol-server', 'https://xunge.example')
    await screen.type('enrol-code', 'K7QM2R9A')
    await screen.tap('enrol-go')
    expect((await screen.find('error')).dataset['code']).toBe('code_invalid')
    expect(((await screen.find('enrol-code')) as HTMLInputElement).value).toBe('K7QM2R9A')
  })

  it('fills in what the QR code says', async () => {
    const screen = await at('/enrol', { enrolled: false })
    await screen.choose('enrol-qr', new File(['x'], 'qr.jpg'))
    await until(async () => expect(((await screen.find('enrol-code')) as HTMLInputElement).value).toBe('K7QM2R9A'))
  })

  it('says when the picture holds no code', async () => {
    const screen = await at('/enrol', { enrolled: false, failing: { readEnrolmentQr: { code: 'qr_not_found' } } })
    await screen.choose('enrol-qr', new File(['x'], 'qr.jpg'))
    expect((await screen.find('error')).textContent).toContain('没找到二维码')
  })

  it('warns about an address that is not encrypted', async () => {
    const screen = await at('/enrol', { enrolled: false })
    await screen.type('enrol-server', 'http://192.168.1.20:8420')
    await screen.says('这个地址不加密')
  })
})
