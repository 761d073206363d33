import { describe, expect, it } from 'vitest'

import { ERRORS, errorWords, isWireError } from '../src/errors'
import type { CaseState } from '../src/generated/CaseState'
import { stateLook, urgencyLook, wordLook } from '../src/looks'
import en from '../src/messages/en.json'
import zh from '../src/messages/zh-CN.json'
import { bytes, distance } from '../src/size'
import { dayAndTime, daysBetween, dueLabel, largestUnit, relative } from '../src/time'

describe('errors', () => {
  it.each(Object.keys(ERRORS))('%s has words in both languages', (code) => {
    expect((zh.error as Record<string, string>)[code]).toBeTruthy()
    expect((en.error as Record<string, string>)[code]).toBeTruthy()
  })

  it('have no words for codes that do not exist', () => {
    expect(Object.keys(zh.error)).toEqual(Object.keys(ERRORS).sort())
  })

  it('of unknown kind are a fault of ours, never a blank', () => {
    expect(errorWords(new TypeError('x')).code).toBe('internal')
    expect(errorWords({ code: 'no_such_code' }).code).toBe('internal')
    expect(isWireError(null)).toBe(false)
  })

  it('carry their details into the words', () => {
    const problems = [{ field: 'place', problem: 'missing' as const }]
    expect(errorWords({ code: 'unsent_work', details: { unsent: 2, photos: 3 } }).params).toEqual({ unsent: 2, photos: 3 })
    expect(errorWords({ code: 'invalid', details: { problems } }).problems).toEqual(problems)
  })
})

it('every state, urgency and word has its own icon and word', () => {
  const states = Object.keys(zh.state) as CaseState[]
  for (const state of states) expect(stateLook(state).message).toBe(`state.${state}`)
  expect(new Set([0, 1, 2, 3].map((level) => urgencyLook(level).icon)).size).toBe(4)
  expect(urgencyLook(9).message).toBe('urgency.3')
  const words = (['on_phone', 'sending', 'delivered', 'needs_you'] as const).map((word) => wordLook(word))
  expect(new Set(words.map((word) => word.icon)).size).toBe(4)
  expect(new Set(words.map((word) => word.color)).size).toBe(4)
})

describe('times', () => {
  const zone = 'Asia/Shanghai'
  const at = (text: string) => Date.parse(text)
  const now = at('2026-03-10T22:50:00+08:00')

  it('run in the street, not on this machine', () => {
    expect(dayAndTime(at('2026-03-10T17:30:00Z'), { locale: 'zh-CN', zone })).toBe('3月11日 周三 01:30')
    expect(dayAndTime(at('2026-03-10T17:30:00Z'), { locale: 'en', zone })).toBe('Wed Mar 11 01:30')
  })

  it('count calendar days, not spans of 24 hours', () => {
    expect(daysBetween(now, at('2026-03-11T00:10:00+08:00'), { locale: 'zh-CN', zone })).toBe(1)
    expect(dueLabel(at('2026-03-11T19:35:00+08:00'), now, { locale: 'zh-CN', zone })).toBe('明天 19:35')
    expect(dueLabel(at('2026-03-13T09:00:00+08:00'), now, { locale: 'zh-CN', zone })).toBe('周五 09:00')
    expect(dueLabel(at('2026-04-12T09:00:00+08:00'), now, { locale: 'zh-CN', zone })).toBe('4月12日 09:00')
  })

  it('are told as a person would', () => {
    expect(relative(now - 180_000, now, { locale: 'zh-CN' })).toBe('3分钟前')
    expect(relative(now - 20_000, now, { locale: 'zh-CN' })).toBe('现在')
    expect(largestUnit(47 * 3_600_000)).toEqual({ unit: 'hour', amount: 47 })
    expect(largestUnit(-48 * 3_600_000)).toEqual({ unit: 'day', amount: 2 })
  })
})

it('sizes and distances are short', () => {
  expect([0, 999, 14_000, 1_836_000, 21_400_000_000].map((size) => bytes(size, 'en'))).toEqual(['0 B', '999 B', '14 kB', '1.8 MB', '21.4 GB'])
  expect([40.4, 999, 999.7, 1240, 1_468_848].map((metres) => distance(metres, 'en'))).toEqual(['40 m', '999 m', '1 km', '1.2 km', '1,469 km'])
  expect([40.4, 1240, 1_468_848].map((metres) => distance(metres, 'zh-CN'))).toEqual(['40米', '1.2公里', '1,469公里'])
})
