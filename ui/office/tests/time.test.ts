import { flushPromises } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { load } from './support'

it('times are those of the street, whatever zone the browser is in', async () => {
  const office = await load('/triage?view=check', 'triage')
  await office.all('case-row')[0]!.trigger('click')
  await office.settle()
  await flushPromises()
  const { received_at } = office.server.cases.find((row) => row.state === 'resolved')!
  const there = new Intl.DateTimeFormat('zh-CN', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'Asia/Shanghai' }).format(received_at)
  expect(office.find('step-report').text()).toContain(there)
})
