import { describe, expect, it, vi } from 'vitest'

import { settleNow } from '../src/parts/snack'
import { fakePhone } from '../src/platform/fake/phone'
import { at, on, picture, tearDown, until } from './support'

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
    expect((await screen.find('word')).textContent).toContain('记录已送到；2 张照片等 Wi-Fi。')
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

  it('shows the photo of the work done on its step', async () => {
    const screen = await at('/reports/report-5')
    await screen.find('timeline')
    const photos = screen.all('step-photo')
    expect(photos).toHaveLength(1)
    expect(photos[0]?.closest('li')?.parentElement?.closest('li')?.textContent).toContain('更换灯泡与镇流器')
    expect(photos[0]?.querySelector('img')?.getAttribute('alt')).toContain('处置后')
  })

  it('takes a note with a photo, which then has a word of its own', async () => {
    const screen = await at('/reports/report-4')
    await screen.tap('note-add')
    await screen.type('note-text', '物业已到场')
    await screen.choose('note-photo', picture())
    await until(() => expect(screen.all('note-photo-kept')).toHaveLength(1))
    await screen.tap('note-save')
    await until(async () => expect((await screen.phone.getReport('report-4')).notes).toHaveLength(1))
    expect((await screen.phone.getReport('report-4')).notes[0]?.photos).toHaveLength(1)
    await screen.says('物业已到场')
    expect((await screen.find('step-photo')).dataset['word']).toBe('sending')
    expect(await screen.phone.listDrafts()).toEqual([])
  })

  it('keeps a half-written note with its photo when the sheet is closed, and finds it in Today', async () => {
    const screen = await at('/reports/report-4')
    await screen.tap('note-add')
    await screen.type('note-text', '物业')
    await screen.choose('note-photo', picture())
    await until(() => expect(screen.all('note-photo-kept')).toHaveLength(1))
    await screen.tap('sheet-close')
    await until(() => expect(screen.path).toBe('/reports/report-4'))
    const again = await on(screen.phone, '/')
    const row = await again.find('today-draft')
    expect(row.textContent).toContain('物业')
    await again.tap('today-draft')
    await until(async () => expect(((await again.find('note-text')) as HTMLTextAreaElement).value).toBe('物业'))
    expect(again.all('note-photo-kept')).toHaveLength(1)
  })

  it('leaves no draft of a note that was opened and left empty', async () => {
    const screen = await at('/reports/report-4')
    await screen.tap('note-add')
    await screen.find('note-text')
    await screen.tap('sheet-close')
    await until(async () => expect(await screen.phone.listDrafts()).toEqual([]))
  })

  it('keeps the note when it cannot be saved', async () => {
    const screen = await at('/reports/report-4', { failing: { saveNote: { code: 'phone_full' } } })
    await screen.tap('note-add')
    await screen.type('note-text', '物业已到场')
    await screen.tap('note-save')
    expect((await screen.find('error')).dataset['code']).toBe('phone_full')
    expect(((await screen.find('note-text')) as HTMLTextAreaElement).value).toBe('物业已到场')
    expect((await screen.phone.listDrafts())[0]?.note?.text).toBe('物业已到场')
  })

  it('that was refused is changed and sent as a new one', async () => {
    const screen = await at('/')
    await screen.tap('today-needs_you')
    await screen.goes('/refused/mutation-3')
    expect((await screen.find('refused')).dataset['code']).toBe('out_of_scope')
    await screen.tap('revise')
    await screen.goes(/^\/capture\//)
    expect((await screen.find('category-chosen')).dataset['id']).toBe('exposed-waste')
    await until(() => expect(screen.all('missing')).toEqual([]))
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    await expect(screen.phone.getRefused('mutation-3')).rejects.toMatchObject({ code: 'not_found' })
  })

  it('that was refused is given up knowingly, with a way back', async () => {
    const screen = await at('/reports/report-3')
    await screen.tap('refused-link')
    await screen.tap('dismiss')
    await screen.tap('undo')
    await screen.goes('/refused/mutation-3')
    await screen.tap('dismiss')
    settleNow()
    await until(() => expect(screen.phone.getRefused('mutation-3')).rejects.toMatchObject({ code: 'not_found' }))
  })

  it('that was refused says that its photos go no further once it is given up', async () => {
    const phone = fakePhone()
    const [refused, report] = [await phone.getRefused('mutation-3'), await phone.getReport('report-1')]
    const [photo] = report.photos
    const waiting = { ...photo!, why: { ...photo!.why, photos_waiting: 1 } }
    const asked = vi.spyOn(phone, 'getRefused').mockResolvedValue({ ...refused, can_revise: false, photos: [waiting] })
    const screen = await on(phone, '/refused/mutation-3')
    await screen.find('photos-wait')
    expect((await screen.find('dismiss')).textContent).toContain('放弃')
    tearDown()
    asked.mockResolvedValue({ ...refused, can_revise: false, photos: [] })
    const arrived = await on(phone, '/refused/mutation-3')
    expect((await arrived.find('dismiss')).textContent).toContain('知道了')
    expect(arrived.all('photos-wait')).toEqual([])
  })

  it('that was refused names fields and what is wrong in words', async () => {
    const phone = fakePhone()
    const refused = await phone.getRefused('mutation-3')
    const problems = ['needs.0.text', 'fields.birth_year', 'resident.phone'].map((field) => ({ field, problem: 'missing' as const }))
    const lines = ['tag.elder80: true', 'door_note: 门铃坏了: 请敲门', 'birth_year:']
    vi.spyOn(phone, 'getRefused').mockResolvedValue({ ...refused, kind: 'household', problems, lines })
    const screen = await on(phone, '/refused/mutation-3')
    expect((await screen.find('refused')).textContent).toContain('需求：还没填出生年：还没填电话：还没填')
    expect(screen.all('refused-line').map((line) => line.textContent)).toEqual(['高龄：是', '门上备注：门铃坏了: 请敲门', '出生年：空'])
  })

  it('keeps the reason for taking it back while that is written', async () => {
    const screen = await at('/reports/report-1')
    await screen.tap('withdraw')
    await screen.type('withdraw-reason', '拍错了')
    await until(async () => expect((await screen.phone.listDrafts())[0]).toMatchObject({ kind: 'withdrawal', note: { text: '拍错了' } }))
    await screen.tap('withdraw-go')
    await until(async () => expect(await screen.phone.listDrafts()).toEqual([]))
  })

  it('is proved by a file whose place is told, once the server has confirmed it', async () => {
    const screen = await at('/reports')
    const reports = await screen.phone.listReports()
    const sent = reports.find((one) => one.mine && one.why.facts_delivered)
    const waiting = reports.find((one) => one.mine && !one.why.facts_delivered)
    tearDown()
    const delivered = await at(`/reports/${sent?.id}`)
    await delivered.tap('report-export')
    await delivered.says(`/下载/xunge-${sent?.id}.json`)
    tearDown()
    const unsent = await at(`/reports/${waiting?.id}`)
    await unsent.find('note-add')
    expect(unsent.all('report-export')).toEqual([])
  })

  it('says of what came before the record it belongs to that it is added by itself, and not that something is missing', async () => {
    const phone = fakePhone()
    const report = await phone.getReport('report-1')
    const early = { ...report.why, code: 'parked' as const, error: 'not_found' as const }
    vi.spyOn(phone, 'getReport').mockResolvedValue({ ...report, word: 'needs_you', why: early })
    const screen = await on(phone, '/reports/report-1')
    await screen.says('到了会自动接上')
    expect(document.body.textContent).not.toContain('找不到')
  })

  it('that the server failed on asks nobody to try again', async () => {
    const phone = fakePhone()
    const report = await phone.getReport('report-1')
    vi.spyOn(phone, 'getReport').mockResolvedValue({ ...report, word: 'needs_you', why: { ...report.why, code: 'parked', error: 'internal' } })
    const screen = await on(phone, '/reports/report-1')
    await screen.says('一天后还这样，请告诉街道办')
    expect(document.body.textContent).not.toContain('请再试一次')
  })

  it('says the same in Today, and of what was refused that it was not found', async () => {
    const phone = fakePhone()
    const today = await phone.getToday()
    const [item] = today.items.filter((one) => one.kind === 'needs_you')
    const missing = { ...item!, title_parts: { ...item!.title_parts, error: 'not_found' as const } }
    vi.spyOn(phone, 'getToday').mockResolvedValue({ ...today, items: [{ ...missing, id: 'early', refused: null }, { ...missing, id: 'refused' }] })
    const screen = await on(phone, '/')
    await screen.find('today-needs_you')
    const rows = screen.all('today-needs_you').map((row) => row.textContent ?? '')
    expect(rows[0]).toContain('到了会自动接上')
    expect(rows[1]).toContain('服务器上没有')
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

  it('says that it was withdrawn', async () => {
    const screen = await at('/reports/report-1')
    await screen.tap('withdraw')
    await screen.tap('withdraw-go')
    expect((await screen.find('withdrawn')).textContent).toBe('已撤回')
    expect(screen.all('withdraw')).toEqual([])
  })

  it('keeps the reason for withdrawing when the ten minutes are over', async () => {
    const screen = await at('/reports/report-1', { failing: { withdrawReport: { code: 'withdraw_window_over' } } })
    await screen.tap('withdraw')
    await screen.type('withdraw-reason', '看错了')
    await screen.tap('withdraw-go')
    expect((await screen.find('error')).textContent).toContain('已超过十分钟')
    expect(((await screen.find('withdraw-reason')) as HTMLInputElement).value).toBe('看错了')
  })

  it.each([
    ['report-4', '已退回', '不归本单位。小区内部道路，应由物业负责'],
    ['report-5', '已办结', '更换灯泡与镇流器，已亮'],
    ['report-6', '不予受理', '夜间施工许可在有效期内，已要求公示'],
  ])('shows above all else what %s was answered: %s', async (id, state, said) => {
    const screen = await at(`/reports/${id}`)
    const answer = await screen.find('answer')
    expect(answer.textContent).toContain(state)
    expect(answer.textContent).toContain(said)
    const order = answer.compareDocumentPosition(await screen.find('case-number'))
    expect(order & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy()
  })

  it('has no answer while it is being worked on', async () => {
    const screen = await at('/reports/report-2')
    await screen.find('timeline')
    expect(screen.all('answer')).toEqual([])
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
    expect((await screen.find('sync-facts')).textContent).toContain('3 个照片文件未传（1.8 MB）')
    const before = await screen.phone.getSync()
    await screen.phone.syncNow()
    await until(() => expect(screen.all('sync-item')).toHaveLength(before.items.length - 1))
  })

  it('does not say that all is delivered while a photo of no record of mine waits, and exports it', async () => {
    const phone = fakePhone({ empty: true })
    const sync = await phone.getSync()
    vi.spyOn(phone, 'getSync').mockResolvedValue({ ...sync, word: 'delivered', photos_waiting: 1 })
    const screen = await on(phone, '/')
    await until(async () => expect((await screen.find('sync-chip')).dataset['word']).toBe('on_phone'))
    await screen.tap('sync-chip')
    await screen.find('export-bundle')
    expect(document.body.textContent).not.toContain('全部送达。')
  })

  it('says of a server that does not know the phone what to do, not to sign in', async () => {
    const phone = fakePhone()
    const sync = await phone.getSync()
    vi.spyOn(phone, 'getSync').mockResolvedValue({ ...sync, last_error: 'unauthenticated' })
    const screen = await on(phone, '/')
    await screen.tap('sync-chip')
    expect((await screen.find('sync-facts')).textContent).toContain('要重新登记')
  })

  it('exports what waits into a sealed file and says where it lies', async () => {
    const screen = await at('/')
    await screen.tap('sync-chip')
    await screen.tap('export-bundle')
    const said = (await screen.find('exported')).textContent
    expect(said).toContain('20260310-102000-0a1b2c3d.xunge-bundle')
    expect(said).toContain('/storage/emulated/0/Download')
    expect(screen.all('sync-item').length, 'everything stays').toBeGreaterThan(0)
  })

  it('says why nothing could be exported', async () => {
    const screen = await at('/', { failing: { exportBundle: { code: 'bundle_no_key' } } })
    await screen.tap('sync-chip')
    await screen.tap('export-bundle')
    expect((await screen.find('error')).textContent).toContain('登记后还没有连上过服务器')
  })

  it('says when a sync failed', async () => {
    const screen = await at('/', { online: false, failing: { syncNow: { code: 'not_our_server' } } })
    await screen.tap('sync-chip')
    await screen.tap('sync-now')
    expect((await screen.find('error')).textContent).toContain('不是我们的服务器')
  })
})
