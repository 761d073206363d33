import { describe, expect, it, vi } from 'vitest'

import { settleNow } from '../src/parts/snack'
import { at, on, until, tearDown, type Screen } from './support'

async function granny(screen: Screen) {
  await screen.type('household-search', '5678')
  await until(() => expect(screen.all('household-row')).toHaveLength(1))
  await screen.tap('household-row')
  await screen.find('visit-new')
}

describe('households', () => {
  it.each([['王阿婆'], ['三区 1号楼 1单元 101'], ['5678']])('are found by %s', async (words) => {
    const screen = await at('/visits')
    await screen.type('household-search', words)
    await until(() => expect(screen.all('household-row')).toHaveLength(1))
    expect(screen.all('household-row')[0]?.textContent).toContain('王阿婆')
  })

  it('are drawn only as far as they are seen', async () => {
    const screen = await at('/visits')
    await screen.find('household-row')
    const { total } = await screen.phone.listHouseholds({ query: '', building: null, limit: 1, offset: 0 })
    expect(total).toBeGreaterThan(40)
    expect(screen.all('household-row').length).toBeLessThan(total)
  })

  it('show tags as words with a plain icon', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.find('tag')
    expect(screen.all('tag').map((tag) => tag.textContent)).toEqual(['独居', '高龄', '低保'])
    expect(screen.all('tag').every((tag) => tag.querySelector('svg') && !tag.getAttribute('style'))).toBe(true)
  })

  it('lie in their building as it stands', async () => {
    const screen = await at(`/buildings/${encodeURIComponent('盘龙新城三区 1号楼')}`)
    await screen.find('door')
    const rooms = screen.all('door').map((door) => door.querySelector('strong')?.textContent)
    expect(rooms).toEqual(['401', '301', '201', '101'])
    const windows = screen.all('unit').map((unit) => unit.querySelectorAll('.storey').length)
    expect(windows, 'both units are drawn as high as the building').toEqual([4, 4])
    screen.all('unit')[0]?.click()
    await until(() => expect(screen.all('door').map((door) => door.querySelector('strong')?.textContent)).toEqual(['101']))
  })
})

describe('a visit', () => {
  it('to nobody takes one tap on the card', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('quick-no_answer')
    await screen.says('已记：没人在家')
    expect((await screen.find('visit-row')).dataset['word']).toBe('sending')
  })

  it('is written in one screen and each need becomes one order with words', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.tap('condition-watch')
    await screen.type('facts', '膝盖疼')
    await screen.tap('need-home-repair')
    await screen.type('need-text', '水龙头滴水')
    await screen.type('reflection', '下次带手册')
    await screen.tap('visit-save')
    await screen.goes(/^\/households\//)
    const page = await screen.phone.getHousehold(screen.path.split('/')[2] ?? '')
    expect(page.visits[0]).toMatchObject({ condition: 'watch', facts: '膝盖疼', reflection: '下次带手册', needs: [{ category: 'need-home-repair', text: '水龙头滴水' }] })
    expect(page.visits[0]?.needs[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('may promise something for a day that is chosen in the language of the app', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.tap('condition-fine')
    await screen.tap('promise-add')
    await screen.type('promise-what', '送降压药')
    await screen.tap('promise-by')
    await screen.tap('month-after')
    const month = (await screen.find('month')).textContent ?? ''
    expect(month).toMatch(/^\d{4}年\d{1,2}月$/)
    const [year, number] = month.split(/[年月]/)
    const day = `${year}-${number?.padStart(2, '0')}-15`
    document.querySelector<HTMLElement>(`[data-day="${day}"]`)?.click()
    await until(async () => expect((await screen.find('promise-by')).textContent).toContain(`${number}月15日`))
    await screen.tap('visit-save')
    await screen.goes(/^\/households\//)
    const page = await screen.phone.getHousehold(screen.path.split('/')[2] ?? '')
    expect(page.visits[0]?.promises).toEqual([{ what: '送降压药', by: new Date(`${day}T23:59:00`).getTime() }])
  })

  it('at which somebody was met asks how they are, and keeps what was typed', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.type('facts', '膝盖疼')
    await screen.tap('visit-save')
    expect((await screen.find('error')).dataset['code']).toBe('invalid')
    expect(((await screen.find('facts')) as HTMLTextAreaElement).value).toBe('膝盖疼')
  })

  it('that turns out to have met nobody keeps in sight what will be sent, and asks nothing more', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.tap('need-home-repair')
    await screen.type('need-text', '水龙头滴水')
    await screen.type('reflection', '下次带手册')
    await screen.tap('outcome-no_answer')
    expect(((await screen.find('need-text')) as HTMLTextAreaElement).value).toBe('水龙头滴水')
    expect(((await screen.find('reflection')) as HTMLTextAreaElement).value).toBe('下次带手册')
    expect(screen.all('condition-fine')).toEqual([])
    await screen.tap('visit-save')
    await screen.goes(/^\/households\//)
    const page = await screen.phone.getHousehold(screen.path.split('/')[2] ?? '')
    expect(page.visits[0]).toMatchObject({ outcome: 'no_answer', condition: null, needs: [{ text: '水龙头滴水' }], reflection: '下次带手册' })
  })

  it('to nobody shows no needs, promises or reflection', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.tap('outcome-no_answer')
    expect(screen.all('reflection')).toEqual([])
    expect(screen.all('need-home-repair')).toEqual([])
  })

  it('that finds danger offers the emergency numbers', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('visit-new')
    await screen.tap('condition-danger')
    expect((await screen.find('call-120')).getAttribute('href')).toBe('tel:120')
  })
})

async function cardOf(screen: Screen) {
  const { rows } = await screen.phone.listHouseholds({ query: '5678', building: null, limit: 1, offset: 0 })
  return screen.phone.getHousehold(rows[0]?.id ?? '')
}

const typedAs = async (screen: Screen, name: string) => ((await screen.find(name)) as HTMLInputElement).value

describe('a sheet of a household file', () => {
  it('sends what was touched, from what was seen when it was opened', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const { household } = await cardOf(screen)
    const edit = vi.spyOn(screen.phone, 'editHousehold')
    await screen.tap('household-edit')
    await screen.type('edit-note', '门铃坏了')
    screen.phone.pull(household.id, { phone: '13900000000' })
    await screen.says('13900000000')
    await screen.tap('edit-save')
    await screen.says('已修改，存在手机上')
    const seen = { phone: household.phone, door_note: household.door_note, tenure: household.tenure }
    expect(edit).toHaveBeenCalledWith(household.id, { door_note: '门铃坏了' }, seen)
    expect((await screen.phone.getHousehold(household.id)).household).toMatchObject({ phone: '13900000000', door_note: '门铃坏了' })
  })

  it('of a person sends each tag by itself', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const edit = vi.spyOn(screen.phone, 'editResident')
    await screen.tap('resident-edit')
    await screen.type('resident-year', '1940')
    await screen.tap('tag-elder80')
    await screen.tap('tag-disabled')
    await screen.tap('resident-save')
    await until(() => expect(edit).toHaveBeenCalled())
    expect(edit.mock.calls[0]?.[2]).toEqual({ birth_year: 1940, 'tag.elder80': false, 'tag.disabled': true })
    expect(edit.mock.calls[0]?.[3]).toMatchObject({ name: '王阿婆', 'tag.elder80': true, 'tag.disabled': false })
  })

  it('brings back what was typed after it was closed, over what was seen then', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const { household } = await cardOf(screen)
    await screen.tap('household-edit')
    await screen.type('edit-phone', '13811112222')
    document.querySelector<HTMLElement>('.van-overlay')?.click()
    await until(() => expect(screen.all('edit-phone')).toEqual([]))
    screen.phone.pull(household.id, { phone: '13900000000', door_note: '有狗' })
    await screen.says('13900000000')
    const edit = vi.spyOn(screen.phone, 'editHousehold')
    await screen.tap('household-edit')
    await screen.find('edit-restored')
    expect([await typedAs(screen, 'edit-phone'), await typedAs(screen, 'edit-note')]).toEqual(['13811112222', '有狗'])
    await screen.tap('edit-save')
    await screen.says('已修改，存在手机上')
    expect(edit).toHaveBeenCalledWith(household.id, { phone: '13811112222' }, expect.objectContaining({ phone: household.phone, door_note: '有狗' }))
    await screen.tap('household-edit')
    await screen.find('edit-note')
    expect(screen.all('edit-restored'), 'what is saved is typed no more').toEqual([])
  })

  it('brings a new person back after the page is left and the app begins anew', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('resident-add')
    await screen.type('resident-name', '王小妹')
    const { path, phone } = screen
    tearDown()
    const again = await on(phone, path)
    await again.tap('resident-add')
    await until(async () => expect(await typedAs(again, 'resident-name')).toBe('王小妹'))
    await again.tap('sheet-close')
    await until(() => expect(again.all('resident-name')).toEqual([]))
    again.all('resident-edit')[0]?.click()
    expect(await typedAs(again, 'resident-name'), 'each person is typed by themselves').toBe('王阿婆')
  })

  it('stays with its words when the card cannot be read again', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('household-edit')
    await screen.type('edit-note', '门铃坏了')
    screen.phone.knobs.failing = { getHousehold: { code: 'internal' } }
    screen.phone.changed(['households'])
    await screen.find('error')
    expect(await typedAs(screen, 'edit-note')).toBe('门铃坏了')
  })

  it('is discarded unless that is undone', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('household-edit')
    await screen.type('edit-note', '门铃坏了')
    await screen.tap('edit-discard')
    await until(() => expect(screen.all('edit-note')).toEqual([]))
    await screen.tap('undo')
    await until(async () => expect(await typedAs(screen, 'edit-note')).toBe('门铃坏了'))
    await screen.tap('edit-discard')
    await until(() => expect(screen.all('edit-note')).toEqual([]))
    await screen.tap('household-edit')
    await until(async () => expect(await typedAs(screen, 'edit-note')).not.toBe('门铃坏了'))
  })
})

describe('a household card', () => {
  it('is changed in one sheet, and says that the change waits', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('household-edit')
    await screen.type('edit-note', '门铃坏了')
    await screen.tap('tenure-rented')
    await screen.tap('edit-save')
    await screen.says('已修改，存在手机上')
    await screen.says('门铃坏了')
    const marks = screen.all('mark').map((mark) => [mark.dataset['field'], mark.dataset['mark']])
    expect(marks).toEqual([
      ['door_note', 'waiting'],
      ['tenure', 'waiting'],
    ])
  })

  it('keeps what was typed when the phone refuses a number', async () => {
    const screen = await at('/visits')
    await granny(screen)
    await screen.tap('household-edit')
    await screen.type('edit-phone', '打给我')
    await screen.tap('edit-save')
    expect((await screen.find('error')).dataset['code']).toBe('invalid')
    expect(((await screen.find('edit-phone')) as HTMLInputElement).value).toBe('打给我')
  })

  it('gets a new person, and loses one who has moved away', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const before = screen.all('resident').length
    await screen.tap('resident-add')
    await screen.type('resident-name', '王小妹')
    await screen.tap('tag-pregnant')
    await screen.tap('resident-save')
    await until(() => expect(screen.all('resident')).toHaveLength(before + 1))
    expect(screen.all('resident').at(-1)?.dataset['tags']).toBe('pregnant')
    screen.all('resident-edit').at(-1)?.click()
    await screen.tap('resident-remove')
    await until(() => expect(screen.all('resident')).toHaveLength(before))
  })

  it('keeps who was taken off by mistake', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const { household, residents } = await cardOf(screen)
    const removal = vi.spyOn(screen.phone, 'removeResident')
    await screen.tap('resident-edit')
    await screen.tap('resident-remove')
    await until(() => expect(screen.all('resident')).toHaveLength(residents.length - 1))
    await screen.tap('undo')
    await until(() => expect(screen.all('resident')).toHaveLength(residents.length))
    settleNow()
    expect(removal).not.toHaveBeenCalled()
    await screen.tap('resident-edit')
    await screen.tap('resident-remove')
    await screen.says('已从这户去掉王阿婆')
    settleNow()
    await until(() => expect(removal).toHaveBeenCalledWith(household.id, residents[0]?.id, expect.objectContaining({ name: '王阿婆', 'tag.elder80': true, 'tag.pregnant': false })))
    await until(async () => expect((await cardOf(screen)).residents).toHaveLength(residents.length - 1))
    expect(screen.all('resident')).toHaveLength(residents.length - 1)
  })

  it('loses who was taken off when the app goes out of sight, because it may end there', async () => {
    const screen = await at('/visits')
    await granny(screen)
    const removal = vi.spyOn(screen.phone, 'removeResident')
    await screen.tap('resident-edit')
    await screen.tap('resident-remove')
    await screen.says('已从这户去掉王阿婆')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(removal).not.toHaveBeenCalled()
    const sight = vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    sight.mockRestore()
    // At once: nobody knows how long the app still has.
    expect(removal).toHaveBeenCalledOnce()
  })

  it('tells once what became of an edit that met a colleague’s', async () => {
    const screen = await at('/visits')
    const { rows } = await screen.phone.listHouseholds({ query: '5678', building: null, limit: 1, offset: 0 })
    const id = rows[0]?.id ?? ''
    const mark = { entity: id, field: 'phone', mark: 'kept' as const, mine: '111', mutation: 'edit-9' }
    screen.phone.mark(id, mark)
    await granny(screen)
    await screen.says('您写的“111”已留在记录里')
    await screen.tap('mark-read')
    await until(() => expect(screen.all('mark')).toEqual([]))
  })
})
