import { describe, expect, it } from 'vitest'
import { load } from './support'

describe('people and their phones', () => {
  it('are added with roles, and their one-time link is shown', async () => {
    const office = await load('/people', 'admin')
    await office.click('person-add')
    await office.type('person-name', '许诺')
    await office.type('person-login', 'Xu')
    await office.click('role-department_member')
    office.outside('person-form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await office.settle()
    expect(office.sent.find((one) => one.method === 'POST')?.body).toMatchObject({ login: 'xu', name: '许诺', roles: ['department_member'] })
    expect(document.body.textContent).toContain('许诺 的一次性链接')
    expect((office.outside('copy-text') as HTMLInputElement).value).toContain('token=')
    expect(office.page.find('[data-test="person-row"][data-login="xu"]').exists()).toBe(true)
  })

  it('keep what was typed when the login is taken', async () => {
    const office = await load('/people', 'admin')
    await office.click('person-add')
    await office.type('person-name', '许诺')
    await office.type('person-login', 'triage')
    await office.click('role-department_member')
    office.outside('person-form')!.dispatchEvent(new Event('submit', { cancelable: true }))
    await office.settle()
    expect(office.outside('problem')?.textContent).toContain('这个用户名已有人使用')
    expect((office.outside('person-name') as HTMLInputElement).value).toBe('许诺')
  })

  it('join with a code to photograph, the same code to type, and the address', async () => {
    const office = await load('/people', 'admin')
    await office.page.find('[data-login="li"] [data-test="enrol"]').trigger('click')
    await office.settle()
    expect(office.outside('enrol-qr')?.getAttribute('src')).toMatch(/^data:image\/svg/)
    const copies = [...document.body.querySelectorAll<HTMLInputElement>('[data-test="copy-text"]')].map((one) => one.value)
    expect(copies).toEqual(['F7KQ-29XM', 'https://xunge.example'])
  })

  it('say that only this machine can enrol where the server has no public address', async () => {
    const office = await load('/people', 'admin')
    office.intercept((request) => (request.url.endsWith('/v1/enrolments')
      ? new Response(JSON.stringify({ code: 'AAAABBBB', uri: '', qr_svg: '', server: null, expires_at: Date.now() + 60_000 }), { status: 201, headers: { 'content-type': 'application/json' } }) : null))
    await office.page.find('[data-login="li"] [data-test="enrol"]').trigger('click')
    await office.settle()
    expect(office.outside('enrolment')?.textContent).toContain('只有这台机器上的程序能登记')
  })

  it('are listed the worst first, each with its sentences', async () => {
    const office = await load('/devices', 'admin')
    const rows = office.all('device-row').map((row) => row.text())
    expect(rows[0]).toContain('上次联系时还有 3 条记录没有结果、5 个照片文件没有传上来，最早的一条已经等了 2 天 3 小时。')
    expect(rows[0]).toContain('内容已保存在手机上')
    expect(rows[1]).toContain('手机存储只剩 180 MB')
    expect(rows[2]).toContain('已经 6 天 2 小时没有联系服务器。')
    expect(rows[3]).toContain('手机时间慢了 23 小时')
    expect(rows[4]).toContain('应用还是 0.1.0 版')
    expect(rows[4]).toContain('有 2 条在服务器上等人处理。')
    expect(rows[5]).toContain('登记以后还没有联系过服务器。')
    expect(rows[7]).toContain('上次联系时已全部送达。')
  })

  it('that are locked and enrolled anew say that nothing more comes under this entry, and a file of one what was left', async () => {
    const office = await load('/devices', 'admin')
    await office.all('device-row')[0]!.find('[data-test="revoke"]').trigger('click')
    await office.settle()
    await office.click('order-lock')
    await office.click('revoke-confirm')
    expect(office.all('device-row')[0]!.text()).toContain('由新的一行送出')
    office.intercept((request) => (request.url.endsWith('/v1/bundles')
      ? Response.json({ device: 'd-2', device_name: '华为畅享', user_name: '孙悦', made_at: 1, records: { new: 0, again: 0, refused: 0, parked: 0, left: 2 }, photos: { new: 0, again: 0, unwanted: 4 } }) : null))
    await office.click('bundle')
    const input = office.outside('bundle-file') as HTMLInputElement
    Object.defineProperty(input, 'files', { value: [new File(['xunge bundle 1'], 'a.xunge-bundle')], configurable: true })
    input.dispatchEvent(new Event('change'))
    await office.settle()
    expect(office.outside('bundle-taken')?.textContent).toContain('4 个照片文件没有导入')
  })

  it('are counted at the top, and a count shows those phones alone', async () => {
    const office = await load('/devices', 'admin')
    expect(office.find('fleet-all').text()).toBe('9全部手机')
    expect(office.find('fleet-holding').text()).toBe('3有未传内容')
    await office.click('fleet-low_space')
    expect(office.all('device-row').map((row) => row.find('strong').text())).toEqual(['何田'])
    await office.click('fleet-revoked')
    expect(office.all('device-row').map((row) => row.find('strong').text())).toEqual(['钱波'])
    await office.click('fleet-all')
    expect(office.all('device-row')).toHaveLength(9)
  })

  it('hand over what they could not send in a file, which is taken once', async () => {
    const office = await load('/devices', 'admin')
    await office.click('bundle')
    const give = async (text: string) => {
      const input = office.outside('bundle-file') as HTMLInputElement
      Object.defineProperty(input, 'files', { value: [new File([text], 'a.xunge-bundle')], configurable: true })
      input.dispatchEvent(new Event('change'))
      await office.settle()
    }
    await give('half of it')
    expect(office.outside('bundle-failed')?.textContent).toContain('这不是完整的导出文件')
    await give('xunge bundle 1 …')
    const taken = () => office.outside('bundle-taken')?.textContent
    expect(taken()).toContain('来自 孙悦 的 华为畅享')
    expect(taken()).toContain('3 条新记录，0 条以前已有。')
    expect(taken()).toContain('其中 1 条没有被接受')
    expect(office.outside('bundle-failed')).toBeNull()
    await give('xunge bundle 1 …')
    expect(taken()).toContain('0 条新记录，3 条以前已有。')
  })

  it('are read again at a hint', async () => {
    const office = await load('/devices', 'admin')
    const asked = () => office.sent.filter((one) => one.path === '/v1/devices').length
    const before = asked()
    office.server.arrive()
    await office.settle()
    expect(asked()).toBeGreaterThan(before)
  })

  it('can be shut out, after being told what has not come yet', async () => {
    const office = await load('/devices', 'admin')
    await office.all('device-row')[0]!.find('[data-test="revoke"]').trigger('click')
    await office.settle()
    expect(document.body.textContent).toContain('它上次联系时还有 3 条记录没有结果、5 个照片文件没有传上来')
    expect(office.sent.some((one) => one.method === 'POST')).toBe(false)
    await office.click('order-upload_then_wipe')
    await office.click('revoke-confirm')
    expect(office.sent.find((one) => one.path.endsWith('/revoke'))?.body).toEqual({ order: 'upload_then_wipe' })
    expect(office.all('device-row')[0]!.text()).toContain('已停用，送完就清除')
  })
})
