import { describe, expect, it, vi } from 'vitest'

import { fakePhone } from '../src/platform/fake/phone'
import { at, on, picture, until } from './support'

async function capturing(wishes = {}) {
  const screen = await at('/', wishes)
  await screen.tap('capture')
  await screen.find('photo-input')
  return screen
}

describe('capture', () => {
  it('opens the record before any photo is taken', async () => {
    const screen = await capturing()
    expect(await screen.phone.listDrafts()).toHaveLength(1)
    await screen.goes('/capture/draft-new-1')
  })

  it('opens the camera by itself on a phone, after the record is there', async () => {
    const phone = fakePhone({ platform: 'android' })
    const opened: { camera: string | null; drafts: number }[] = []
    const click = vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (this: HTMLInputElement) {
      void phone.listDrafts().then((drafts) => opened.push({ camera: this.getAttribute('capture'), drafts: drafts.length }))
    })
    const screen = await on(phone, '/')
    await screen.tap('capture')
    await until(() => expect(opened).toEqual([{ camera: 'environment', drafts: 1 }]))
    click.mockRestore()
  })

  it('opens no camera when the record could not be made, and says why', async () => {
    const click = vi.spyOn(HTMLInputElement.prototype, 'click')
    const screen = await at('/', { platform: 'android', failing: { openDraft: { code: 'phone_full' } } })
    await screen.tap('capture')
    await screen.says('手机存储已满')
    expect(screen.path).toBe('/')
    expect(click).not.toHaveBeenCalled()
    click.mockRestore()
  })

  it('has "without photo" beside the shutter', async () => {
    const screen = await capturing()
    const shutter = document.querySelector('label[for="photo-input"]')
    expect((await screen.find('no-photo')).parentElement).toBe(shutter?.parentElement)
  })

  it('takes pictures dropped on a desktop', async () => {
    const screen = await capturing()
    const drop = new Event('drop', { bubbles: true, cancelable: true })
    Object.assign(drop, { dataTransfer: { files: [picture('one.jpg'), picture('two.jpg')] } })
    document.querySelector('.photo-strip')?.dispatchEvent(drop)
    await until(() => expect(screen.all('photo')).toHaveLength(2))
  })

  it('says how far the position may be off, and in which grid it lies', async () => {
    const screen = await capturing()
    await until(async () => expect((await screen.find('place-line')).textContent).toContain('手机定位，误差约 12米'))
    expect((await screen.find('place-line')).textContent).toContain('网格')
  })

  it('saves a photographed report with three taps after the photo, and says how safe it is', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture('wide.jpg'), picture('close.jpg'))
    await until(() => expect(screen.all('photo')).toHaveLength(2))
    let taps = 0
    const count = () => void (taps += 1)
    document.addEventListener('click', count, true)
    await screen.tap('category-tree-fallen')
    await screen.tap('answer-road')
    await until(() => expect(screen.all('missing')).toEqual([]))
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    document.removeEventListener('click', count, true)
    expect(taps).toBe(3)
    expect((await screen.find('word')).dataset['word']).toBe('sending')
    const [report] = await screen.phone.listReports()
    expect(report).toMatchObject({ category: 'tree-fallen', photo_count: 2, urgency: 1 })
  })

  it('keeps a report on the phone when there is no network', async () => {
    const screen = await capturing({ online: false })
    await screen.choose('photo-input', picture())
    await until(() => expect(screen.all('photo')).toHaveLength(1))
    await screen.tap('category-street-light')
    await until(() => expect(screen.all('missing')).toEqual([]))
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    expect((await screen.find('word')).textContent).toContain('在手机上')
  })

  it('shows queue, limit and reason before saving', async () => {
    const screen = await capturing()
    await screen.tap('category-tree-fallen')
    const route = await screen.find('route')
    expect(route.dataset['queue']).toBe('municipal')
    expect(route.closest('.save-bar'), 'in sight without scrolling').not.toBeNull()
    expect(route.textContent).toContain('市政')
    expect((await screen.find('route-due')).textContent).toContain('前控制险情')
    expect((await screen.find('route-reason')).textContent).toContain('默认由它主办')
  })

  it('finds a category by pinyin initials', async () => {
    const screen = await capturing()
    await screen.tap('category-search')
    await screen.type('category-query', 'dsd')
    await screen.tap('found-tree-fallen')
    expect((await screen.find('category-chosen')).dataset['id']).toBe('tree-fallen')
  })

  it('puts the emergency numbers first when life is in danger', async () => {
    const screen = await capturing()
    await screen.tap('category-search')
    await screen.type('category-query', '燃气')
    vi.mocked(window.scrollTo).mockClear()
    await screen.tap('found-gas-leak')
    await until(() => expect(window.scrollTo, 'in sight of who has scrolled down').toHaveBeenCalledWith({ top: 0 }))
    const call = await screen.find('call-119')
    expect(call.getAttribute('href')).toBe('tel:119')
    const order = call.compareDocumentPosition(await screen.find('photo-input'))
    expect(order & Node.DOCUMENT_POSITION_FOLLOWING, 'the call buttons stand above the shutter').toBeTruthy()
  })

  it('takes a report without a photo when the reason is given', async () => {
    const screen = await capturing()
    await screen.tap('category-exposed-waste')
    await until(() => expect(screen.all('missing')[0]?.textContent).toContain('照片'))
    await screen.tap('no-photo')
    await screen.tap('no-photo-unsafe')
    await until(() => expect(screen.all('missing')).toEqual([]))
  })

  it('says what is missing and keeps everything when a save is refused', async () => {
    const screen = await capturing({ position: false })
    await screen.type('text', '路灯不亮')
    await screen.tap('save')
    expect((await screen.find('error')).dataset['code']).toBe('invalid')
    await until(() => expect(screen.all('missing')[0]?.textContent).toBe('还差：问题类别、位置'))
    expect(((await screen.find('text')) as HTMLTextAreaElement).value).toBe('路灯不亮')
  })

  it('makes no report of an older draft when the last words could not be kept, and saves them on the next try', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture())
    await until(() => expect(screen.all('photo')).toHaveLength(1))
    await screen.tap('category-street-light')
    await until(() => expect(screen.all('missing')).toEqual([]))
    screen.phone.knobs.failing.saveDraft = { code: 'phone_full' }
    await screen.type('text', '第三根灯杆')
    await screen.tap('save')
    await until(() => expect(screen.all('error').at(-1)?.dataset['code']).toBe('phone_full'))
    expect(screen.path).toMatch(/^\/capture\//)
    expect(await screen.phone.listDrafts()).toHaveLength(1)
    expect(((await screen.find('text')) as HTMLTextAreaElement).value).toBe('第三根灯杆')
    delete screen.phone.knobs.failing.saveDraft
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    expect((await screen.phone.listReports())[0]?.text).toBe('第三根灯杆')
  })

  it('takes a typed position as a pin and asks which grid at a border', async () => {
    const screen = await capturing({ position: false })
    await screen.type('coordinates', '29.504050, 106.529500')
    await screen.tap('coordinates-set')
    await screen.tap('grid-500199001003001')
    await until(async () => {
      const [draft] = await screen.phone.listDrafts()
      expect(draft?.report).toMatchObject({ pin: { lat: 29.50405, lon: 106.5295 }, grid: '500199001003001' })
    })
  })

  it('refuses a typed position that is none, and says so', async () => {
    const screen = await capturing({ position: false })
    await screen.type('coordinates', '0, 0')
    await screen.tap('coordinates-set')
    await screen.says('看不懂这个坐标')
    expect((await screen.phone.listDrafts())[0]?.report?.pin).toBeNull()
  })

  it('tells why a photo was refused and keeps the others', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture(), new File(['x'], 'letter.txt', { type: 'image/jpeg' }))
    expect((await screen.find('photo-error')).dataset['code']).toBe('photo_not_an_image')
    expect(screen.all('photo')).toHaveLength(1)
    await screen.tap('photo-drop')
    expect(screen.all('photo-error')).toEqual([])
  })

  it('is not saved while a photo could not be stored, until it is stored or given up', async () => {
    const screen = await capturing()
    await screen.tap('category-street-light')
    screen.phone.knobs.failing.addPhoto = { code: 'phone_full' }
    await screen.choose('photo-input', picture())
    await until(() => expect(screen.all('photo-error')).toHaveLength(1))
    await screen.tap('save')
    expect((await screen.find('photos-left')).textContent).toContain('1 张照片没存下来')
    expect(screen.path).toMatch(/^\/capture\//)
    delete screen.phone.knobs.failing.addPhoto
    await screen.tap('photo-retry')
    await until(() => expect(screen.all('photo')).toHaveLength(1))
    expect(screen.all('photos-left')).toEqual([])
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    expect((await screen.phone.listReports())[0]?.photo_count).toBe(1)
  })

  it('brings a removed photo back on undo', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture())
    await screen.tap('photo-remove')
    expect(screen.all('photo')).toEqual([])
    await screen.tap('undo')
    expect(screen.all('photo')).toHaveLength(1)
    expect((await screen.phone.listDrafts())[0]?.photos).toHaveLength(1)
  })

  it('saves only once a photo that was taken off is gone', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture('wide.jpg'), picture('close.jpg'))
    await until(() => expect(screen.all('photo')).toHaveLength(2))
    await screen.tap('category-tree-fallen')
    await until(() => expect(screen.all('missing')).toEqual([]))
    const removes = screen.phone.removePhoto
    let goOn = () => {}
    const pause = new Promise<void>((resolve) => (goOn = resolve))
    const removal = vi.spyOn(screen.phone, 'removePhoto').mockImplementation((draft, photo) => pause.then(() => removes(draft, photo)))
    await screen.tap('photo-remove')
    await screen.tap('save')
    expect(removal).toHaveBeenCalledOnce()
    goOn()
    await screen.goes(/^\/reports\//)
    await screen.find('report-photo')
    expect(screen.all('report-photo')).toHaveLength(1)
  })

  it('makes no report while a photo that was taken off is still there, and says why', async () => {
    const screen = await capturing({ failing: { removePhoto: { code: 'phone_full' } } })
    await screen.choose('photo-input', picture())
    await screen.tap('category-tree-fallen')
    await until(() => expect(screen.all('missing')).toEqual([]))
    await screen.tap('photo-remove')
    await screen.tap('save')
    await until(() => expect(screen.all('error').map((notice) => notice.dataset['code'])).toEqual(['phone_full']))
    expect(screen.path).toMatch(/^\/capture\//)
    expect(screen.all('photo')).toHaveLength(1)
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
  })

  it('saves what was typed when the screen is left', async () => {
    const screen = await capturing()
    const field = (await screen.find('text')) as HTMLTextAreaElement
    field.value = '半句话'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await screen.tap('back')
    await until(async () => expect((await screen.phone.listDrafts())[0]?.report?.text).toBe('半句话'))
  })

  it('goes on with a draft where it was left', async () => {
    const phone = fakePhone()
    const draft = await phone.openDraft({ kind: 'report' })
    await phone.saveDraft({ id: draft.id, report: { ...draft.report!, category: 'manhole', text: '井盖没了' } })
    const screen = await on(phone, `/drafts/${draft.id}`)
    expect((await screen.find('category-chosen')).dataset['id']).toBe('manhole')
    expect(((await screen.find('text')) as HTMLTextAreaElement).value).toBe('井盖没了')
  })

  it('hands a photo over in pieces of at most one megabyte', async () => {
    const phone = fakePhone()
    const sizes: number[] = []
    const screen = await on(
      new Proxy(phone, {
        get: (target, name) =>
          name === 'appendUpload'
            ? (upload: string, offset: number, base64: string) => {
                sizes.push(atob(base64).length)
                return target.appendUpload(upload, offset, base64)
              }
            : Reflect.get(target, name),
      }),
      '/',
    )
    await screen.tap('capture')
    await screen.choose('photo-input', picture('big.jpg', 2_500_000))
    await until(() => expect(screen.all('photo')).toHaveLength(1))
    expect(sizes).toEqual([1_048_576, 1_048_576, 402_848])
  })
})

describe('a place that only a photo tells of', () => {
  it('is confirmed with one tap, three in all after the photo', async () => {
    const phone = fakePhone({ position: false })
    const draft = await phone.openDraft({ kind: 'report' })
    const upload = await phone.beginUpload('b.jpg', 1)
    await phone.addPhoto(draft.id, upload, 'wide')
    phone.placePhotos(draft.id, { lat: 29.50352, lon: 106.53055 })
    const screen = await on(phone, `/capture/${draft.id}`)
    await screen.tap('category-street-light')
    await until(() => expect(screen.all('missing')[0]?.textContent).toContain('确认照片里的位置'))
    await screen.tap('confirm-place')
    await until(() => expect(screen.all('missing')).toEqual([]))
    expect(screen.all('confirm-place')).toEqual([])
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
    expect((await phone.listReports())[0]).toMatchObject({ point: { lat: 29.50352, lon: 106.53055 } })
  })
})

describe('a picture the phone cannot decode', () => {
  it('is an ordinary photo when the page can draw it', async () => {
    vi.stubGlobal('createImageBitmap', async () => ({ width: 8000, height: 6000, close: () => undefined }))
    const sides: number[] = []
    vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue({ drawImage: (_: unknown, _x: number, _y: number, w: number, h: number) => sides.push(w, h) } as never)
    vi.spyOn(HTMLCanvasElement.prototype, 'toBlob').mockImplementation((done) => done(new Blob(['jpeg'], { type: 'image/jpeg' })))
    const screen = await capturing()
    await screen.choose('photo-input', picture('IMG_1.heic'))
    await until(() => expect(screen.all('photo')).toHaveLength(1))
    expect(screen.all('photo-odd')).toEqual([])
    expect(sides).toEqual([4096, 3072])
    const [draft] = await screen.phone.listDrafts()
    expect(draft?.photos[0]?.manifest).toMatchObject({ original: { size: 612_000 } })
    expect(draft?.photos[0]?.manifest.upright).not.toBeNull()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('says so on its tile at once when nothing here can draw it, and the report may still be saved', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture('IMG_1.heic'))
    expect((await screen.find('photo-odd')).textContent).toContain('请再拍一张')
    await screen.tap('category-street-light')
    await until(() => expect(screen.all('missing')).toEqual([]))
    await screen.tap('save')
    await screen.goes(/^\/reports\//)
  })
})

describe('photos on mobile data', () => {
  it('may be allowed for one report', async () => {
    const screen = await capturing()
    await screen.choose('photo-input', picture())
    await screen.tap('photos-on-mobile')
    await until(async () => expect((await screen.phone.listDrafts())[0]?.report?.photos_on_mobile).toBe(true))
  })
})
