// Every list: being read, failed, empty, and there without a network.
import { describe, expect, it } from 'vitest'

import type { Port } from '../src/platform/port'
import { at, tearDown, until } from './support'

const LISTS: { path: string; reads: keyof Port; row: string }[] = [
  { path: '/', reads: 'getToday', row: 'today-visit_due' },
  { path: '/reports', reads: 'listReports', row: 'report-row' },
  { path: '/visits', reads: 'listHouseholds', row: 'household-row' },
]

describe.each(LISTS)('the list at $path', ({ path, reads, row }) => {
  it('shows that it is being read while the phone has not answered', async () => {
    const screen = await at(path, { hanging: new Set([reads]) })
    expect((await screen.find('loading')).getAttribute('aria-busy')).toBe('true')
  })

  it('shows the words of a failure and reads again on retry', async () => {
    const screen = await at(path, { failing: { [reads]: { code: 'phone_write' } } })
    const notice = await screen.find('error')
    expect(notice.dataset['code']).toBe('phone_write')
    expect(notice.textContent).toContain('手机写入失败')
    screen.phone.knobs.failing = {}
    await screen.tap('retry')
    await screen.find(row)
    expect(screen.all('error')).toEqual([])
  })

  it('says so when there is nothing', async () => {
    const screen = await at(path, { empty: true })
    expect((await screen.find('empty')).textContent).not.toBe('')
  })

  it('shows what the phone has and how old it is when the server is out of reach', async () => {
    const screen = await at(path, { online: false })
    await screen.find(row)
    expect((await screen.find('offline')).textContent).toContain('手机上的内容')
  })

  it('keeps silent about the network while the server answers', async () => {
    const screen = await at(path)
    await screen.find(row)
    expect(screen.all('offline')).toEqual([])
  })
})

it('groups Today by what is to be done, what must be done first on top', async () => {
  const screen = await at('/')
  await screen.find('today-visit_due')
  const groups = [...document.querySelectorAll('.today-list')].map((list) => [...new Set([...list.querySelectorAll('a')].map((row) => row.dataset['test']))])
  expect(groups).toEqual([
    ['today-needs_you', 'today-returned'],
    ['today-rejected', 'today-resolved'],
    ['today-promise_due', 'today-visit_due'],
  ])
})

it('says at the day\'s end what is not delivered and which rule decides, or that all is', async () => {
  const screen = await at('/')
  await until(async () => expect((await screen.find('day-end')).textContent).toBe('还差 1 条记录、3 个照片文件移动流量：先传文字和缩略图，照片等 Wi-Fi'))
  tearDown()
  const done = await at('/', { empty: true })
  await until(async () => expect((await done.find('day-end')).textContent).toMatch(/^你今天的记录全部送达上次连上服务器：/))
})

it('shows the map as a list by distance where nothing can draw a map', async () => {
  const screen = await at('/map')
  const list = await screen.find('map-list')
  const metres = [...list.querySelectorAll('li')].map((row) => Number(/(\d+) m$/.exec(row.textContent?.trim() ?? '')?.[1]))
  expect(metres.length).toBeGreaterThan(5)
  expect(metres).toEqual([...metres].sort((a, b) => a - b))
})

it('says when the map cannot be read', async () => {
  const screen = await at('/map', { failing: { getMap: { code: 'database_corrupt' } } })
  expect((await screen.find('error')).dataset['code']).toBe('database_corrupt')
})
