import { describe, expect, it } from 'vitest'
import { load } from './support'

describe('strays', () => {
  it('shows triage what was written, and takes it off the list once it is dealt with', async () => {
    const office = await load('/strays', 'triage')
    expect(office.all('stray-row')).toHaveLength(3)
    await office.all('stray-look')[0]!.trigger('click')
    await office.settle()
    expect(office.outside('stray-text')?.textContent).toBe('井盖松动，踩上去会响')
    office.outside('stray-handled')?.click()
    await office.settle()
    expect(office.sent.some((one) => one.path === '/v1/strays/m-1/handled')).toBe(true)
    expect(office.all('stray-row')).toHaveLength(2)
  })

  it('lets an administrator try a parked one again without its content', async () => {
    const office = await load('/strays', 'admin')
    await office.all('stray-look')[1]!.trigger('click')
    await office.settle()
    expect(office.outside('stray-text')).toBeNull()
    office.outside('stray-replay')?.click()
    await office.settle()
    expect(office.outside('stray-still')?.textContent).toContain('继续等待')
    expect(office.all('stray-row')).toHaveLength(3)
  })

  it('tells what came before the record it is about that it waits for that, and lets triage end the waiting', async () => {
    const office = await load('/strays', 'triage')
    expect(office.all('stray-row')[2]!.text()).toContain('还没到服务器')
    await office.all('stray-look')[2]!.trigger('click')
    await office.settle()
    expect(office.outside('stray-early')?.textContent).toContain('自动接上')
    expect(office.outside('stray-handled')?.textContent).toContain('不再等')
    office.outside('stray-handled')?.click()
    await office.settle()
    expect(office.sent.some((one) => one.path === '/v1/strays/m-3/handled')).toBe(true)
    expect(office.all('stray-row')).toHaveLength(2)
  })

  it('tells one that was refused from one whose author is not known on its phone, and from a fault of the server', async () => {
    const office = await load('/strays', 'admin', undefined, (request) => {
      if (!request.url.endsWith('/v1/strays')) return null
      const one = { device: 'd-2', author: 'u-sun', author_name: '孙悦', kind: 'report.note', at: 1 }
      return Response.json([
        { ...one, mutation: 'm-1', code: 'out_of_scope', parked: false },
        { ...one, mutation: 'm-2', code: 'out_of_scope', parked: true },
        { ...one, mutation: 'm-3', code: 'internal', parked: true },
      ])
    })
    const rows = office.all('stray-row').map((row) => row.text())
    expect(rows[0]).toContain('请补录')
    expect(rows[1]).toContain('请提交人在那部手机上登录')
    expect(rows[2]).toContain('修好后点“重新处理”')
  })

  it('keeps the list and says why when ticking off fails', async () => {
    const office = await load('/strays', 'triage')
    await office.all('stray-look')[0]!.trigger('click')
    await office.settle()
    office.intercept((request) => (request.method === 'POST' ? Response.json({ error: { code: 'busy' } }, { status: 503 }) : null))
    office.outside('stray-handled')?.click()
    await office.settle()
    expect(office.outside('stray-failed')?.textContent).not.toBe('')
    expect(office.all('stray-row')).toHaveLength(3)
  })
})
