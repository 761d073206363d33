import { describe, expect, it } from 'vitest'
import { FakeOffice } from '../fake/server'
import { load } from './support'

const none = { read_only_at: null, backed_up_at: null, at_risk: true, on_postgres: false }

async function line(login: string, safety: FakeOffice['safety']) {
  const fake = new FakeOffice()
  fake.safety = safety
  const office = await load('/', login, fake)
  const found = office.page.find('[data-test="safety"]')
  const said = found.exists() ? found.attributes('data-what') : null
  office.page.unmount()
  return said
}

describe('the line under the bar', () => {
  it('says nothing while a copy elsewhere is fresh', async () => {
    expect(await line('admin', { read_only_at: null, backed_up_at: 1, at_risk: false, on_postgres: false })).toBeNull()
  })

  it('tells whoever looks after the server, and nobody else, that no copy is made', async () => {
    expect(await line('admin', none)).toBe('no_copy')
    expect(await line('admin', { ...none, backed_up_at: 1 })).toBe('old_copy')
    expect(await line('municipal', none)).toBeNull()
  })

  it('says how PostgreSQL gets its copies, where that is the database', async () => {
    const postgres = { ...none, on_postgres: true }
    expect(await line('admin', postgres)).toBe('no_copy_postgres')
    expect(await line('admin', { ...postgres, backed_up_at: 1 })).toBe('old_copy_postgres')
  })

  it('tells everybody that nothing is written', async () => {
    expect(await line('municipal', { ...none, read_only_at: 1 })).toBe('read_only_staff')
    expect(await line('admin', { ...none, read_only_at: 1 })).toBe('read_only')
  })
})
