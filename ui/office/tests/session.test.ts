import { describe, expect, it } from 'vitest'
import type { CaseDetail } from '../src/api/types'
import { hasDraft } from '../src/features/act/draft'
import { pageOfLink, tokenOf } from '../src/features/session/new_password'
import { FakeOffice } from '../fake/server'
import { load, type Office } from './support'

async function enter(office: Office, login: string, password: string) {
  await office.type('login', login)
  await office.type('password', password)
  await office.page.find('form').trigger('submit')
  await office.settle()
}

describe('signing in', () => {
  it('says that name or password is wrong, and keeps the name', async () => {
    const office = await load('/sign-in', null)
    await enter(office, 'triage', 'not-the-password')
    expect(office.find('problem').text()).toBe('账号或密码不对。')
    expect((office.outside('login') as HTMLInputElement).value).toBe('triage')
  })

  it('leads each person to where the day starts', async () => {
    for (const [login, path] of [['triage', '/triage'], ['municipal', '/queue'], ['admin', '/people']] as const) {
      const office = await load('/', login)
      expect(office.path()).toBe(path)
      office.page.unmount()
    }
  })

  it('never follows an address to another site', async () => {
    const office = await load('/sign-in?next=//elsewhere.example/x', null)
    await enter(office, 'triage', 'demo-password')
    expect(window.location.hostname).toBe('office.test')
    expect(office.path()).not.toContain('elsewhere')
  })

  it('keeps a page from people who may not see it', async () => {
    const office = await load('/people', 'municipal')
    expect(office.path()).toBe('/queue')
    expect(office.sent.some((one) => one.path === '/v1/people')).toBe(false)
  })
})

describe('one-time links', () => {
  it('open the page they are for, with the token behind the hash', () => {
    expect(pageOfLink('#/password?token=a%2Bb')).toBe('/reset#a%2Bb')
    expect(pageOfLink('#/setup?token=abc')).toBe('/setup#abc')
    expect(pageOfLink('#main')).toBeNull()
    expect(tokenOf('#a%2Bb')).toBe('a+b')
  })

  it('create the first administrator', async () => {
    const server = new FakeOffice()
    server.setupNeeded = true
    const office = await load('/setup#one-time', null, server)
    await office.type('street-name', '银杏街道')
    await office.type('name', '周宁')
    await office.type('login', 'admin')
    await office.type('password', 'long-enough')
    await office.type('password-again', 'long-enougg')
    expect((office.outside('set-up') as HTMLButtonElement).disabled).toBe(true)
    await office.type('password-again', 'long-enough')
    await office.page.find('form').trigger('submit')
    await office.settle()
    expect(office.sent.find((one) => one.method === 'POST')).toMatchObject({ path: '/v1/setup', body: { token: 'one-time', login: 'admin', name: '周宁', street_name: '银杏街道' } })
  })

  it('say in words that they are used up, and keep what was typed', async () => {
    const server = new FakeOffice()
    server.setupNeeded = true
    const office = await load('/setup#expired', null, server)
    for (const [field, text] of [['name', '周宁'], ['login', 'admin'], ['password', 'long-enough'], ['password-again', 'long-enough']] as const) await office.type(field, text)
    await office.page.find('form').trigger('submit')
    await office.settle()
    expect(office.find('problem').text().length).toBeGreaterThan(4)
    expect((office.outside('name') as HTMLInputElement).value).toBe('周宁')
  })
})

describe('one page, two people', () => {
  it('never shows one person what another typed and did not send', async () => {
    const office = await load('/queue?view=accepted', 'municipal')
    await office.page.find('[data-test="case-row"][data-category="manhole"]').trigger('click')
    await office.settle()
    await office.click('action-progress')
    await office.type('act-text', '只给市政看')
    const { row } = await (await office.server.handle(new Request(`http://x/v1/cases/${office.find('case').attributes('data-case')}`, { headers: { 'x-fake-user': 'fake_user=municipal' } }))).json() as CaseDetail
    expect(hasDraft(row, 'progress')).toBe(true)
    await office.click('sign-out')
    expect(office.path()).toBe('/sign-in')
    expect(hasDraft(row, 'progress')).toBe(false)
  })
})
