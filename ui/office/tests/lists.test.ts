import { describe, expect, it } from 'vitest'
import { FakeOffice } from '../fake/server'
import { load, type InTheWay } from './support'

const NO_CASES = { rows: [], total: 0, next: null, by_state: [], by_queue: [] }
/** Every list: its page, who reads it, what it asks for, what it is answered when there is nothing, and one of its rows. */
const LISTS = [
  ['/triage', 'triage', '/v1/cases', NO_CASES, 'case-row'],
  ['/queue', 'municipal', '/v1/cases', NO_CASES, 'case-row'],
  ['/households', 'secretary', '/v1/households', { rows: [], total: 0 }, 'household-row'],
  ['/people', 'admin', '/v1/people', { rows: [] }, 'person-row'],
  ['/devices', 'admin', '/v1/devices', [], 'device-row'],
  ['/strays', 'admin', '/v1/strays', [], 'stray-row'],
  ['/access-log', 'admin', '/v1/access-log', [], 'log-row'],
] as const

const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })

describe.each(LISTS)('the list at %s', (path, login, asked, nothing, row) => {
  const open = (answer: () => Response | Promise<Response>) => {
    const inTheWay: InTheWay = (request) => (new URL(request.url).pathname === asked ? answer() : null)
    return load(path, login, new FakeOffice(), inTheWay)
  }

  it('says that it is empty', async () => {
    const office = await open(() => json(nothing))
    expect(office.find('list-empty').exists()).toBe(true)
    expect(office.find('list-empty').text()).not.toBe('')
    expect(office.all(row)).toHaveLength(0)
  })

  it('says that it is loading while no answer has come', async () => {
    const office = await open(() => new Promise<Response>(() => undefined))
    expect(office.find('list-loading').attributes('role')).toBe('status')
    expect(office.find('list-empty').exists()).toBe(false)
  })

  it('says that the server failed, and shows its rows once it answers again', async () => {
    const office = await open(() => json({ error: { code: 'internal', details: null } }, 500))
    expect(office.find('list-failed').text()).toContain('没有取到数据')
    office.intercept(() => null)
    await office.click('retry')
    expect(office.find('list-failed').exists()).toBe(false)
    expect(office.all(row).length).toBeGreaterThan(0)
  })

  it('says that the server is out of reach, in other words than a failure', async () => {
    const office = await open(() => { throw new TypeError('failed to fetch') })
    expect(office.find('list-failed').text()).toContain('连不上服务器')
    office.intercept(() => null)
    await office.click('retry')
    expect(office.all(row).length).toBeGreaterThan(0)
  })
})
