import { describe, expect, it } from 'vitest'

import { fakePhone } from '../src/platform/fake/phone'
import { at, on, picture, until } from './support'

describe('the four words', () => {
  it.each([
    ['on_phone', '在手机上'],
    ['sending', '上传中'],
    ['delivered', '已送达'],
    ['needs_you', '需要处理'],
  ])('%s is shown with icon and word', async (word, text) => {
    const screen = await at('/reports')
    await screen.find('report-row')
    const row = screen.all('report-row').find((one) => one.dataset['word'] === word)
    const badge = row?.querySelector('[data-test="word"]')
    expect(badge?.textContent).toBe(text)
    expect(badge?.querySelector('svg')).not.toBeNull()
  })

  it('come with their reason on the report', async () => {
    const screen = await at('/reports/report-1')
    expect((await screen.find('word')).textContent).toContain('记录已报到；2 张照片等 Wi-Fi。')
  })

  it('stand on every photo', async () => {
    const screen = await at('/reports/report-2')
    await screen.find('report-photo')
    expect(screen.all('report-photo').map((photo) => photo.dataset['word'])).toEqual(['delivered', 'sending'])
  })

  it('name the whole phone in the header, the worst first', async () => {
    const screen = await at('/')
    expect((await screen.find('sync-chip')).dataset['word']).toBe('needs_you')
  })
})

describe('a report', () => {
  it('shows what became of it, with who said so', async () => {
    const screen = await at('/reports/report-4')
    const timeline = await screen.find('timeline')
    expect(timeline.textContent).toContain('退回')
    expect(timeline.textContent).toContain('不归本单位。小区内部道路，应由物业负责')
    expect((await screen.find('case-state')).dataset['state']).toBe('returned')
  })

  it('takes a note with a photo, which then has a word of its own', async () => {
    const screen = await at('/reports/report-4')
    await screen.tap('note-add')
    await screen.type('note-text', '物业已到场')
    await screen.choose('note-photo', picture())
    await until(() => expect(((screen.all('note-save')[0]) as HTMLButtonElement).disabled).toBe(false))
    await screen.tap('note-save')
    await until(async () => expect((await screen.phone.getReport('report-4')).notes).toHaveLength(1))
    await screen.says('物业已到场')
  })

  it('keeps the note when it cannot be saved', async () => {
    const screen = await at('/reports/report-4', { failing: { addNote: { code: 'phone_full' } } })
    await screen.tap('note-add')
    await screen.type('note-text', '物业已到场')
    await screen.tap('note-save')
    expect((await screen.find('error')).dataset['code']).toBe('phone_full')
    expect(((await screen.find('note-text')) as HTMLTextAreaElement).value).toBe('物业已到场')
  })

  it('can be withdrawn within ten minutes only', async () => {
    const phone = fakePhone()
    const screen = await on(phone, '/reports/report-1')
    await screen.tap('withdraw')
    await screen.tap('withdraw-go')
    await until(async () => expect((await phone.getReport('report-1')).withdrawn).toBe(true))
    const later = await at('/reports/report-4')
    await later.find('timeline')
    expect(later.all('withdraw')).toEqual([])
  })

  it('that is gone says so', async () => {
    const screen = await at('/reports/nothing')
    expect((await screen.find('error')).dataset['code']).toBe('not_found')
  })
})

describe('the sync sheet', () => {
  it('lists what waits with its reason, and syncs on demand', async () => {
    const screen = await at('/')
    await screen.tap('sync-chip')
    await screen.find('sync-now')
    expect(screen.all('sync-item').map((item) => item.dataset['word'])).toEqual(['on_phone', 'sending', 'needs_you'])
    expect((await screen.find('sync-facts')).textContent).toContain('3 张照片未传（1.8 MB）')
    const before = await screen.phone.getSync()
    await screen.phone.syncNow()
    await until(() => expect(screen.all('sync-item')).toHaveLength(before.items.length - 1))
  })

  it('says when a sync failed', async () => {
    const screen = await at('/', { online: false, failing: { syncNow: { code: 'not_our_server' } } })
    await screen.tap('sync-chip')
    await screen.tap('sync-now')
    expect((await screen.find('error')).textContent).toContain('不是我们的服务器')
  })
})
