// Every key in use has words in both languages, every key is used, and both languages fill the same blanks.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

import kitEn from '@xunge/kit/messages/en.json'
import kitZh from '@xunge/kit/messages/zh-CN.json'
import { PICTOGRAMS } from '@xunge/kit/pictograms'

import en from '../src/messages/en.json'
import zh from '../src/messages/zh-CN.json'
import catalog from '../src/platform/fake/catalog.json'

type Tree = { [key: string]: string | Tree }

const flat = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[path + key, value] as [string, string]] : flat(value, `${path}${key}.`)))

const own = new Map(flat(zh))
const all = new Map([...flat(kitZh), ...own])

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name)) : /\.(ts|vue)$/.test(entry.name) ? [readFileSync(join(folder, entry.name), 'utf8')] : [],
  )
}
const code = sources(join(__dirname, '../src')).join('\n')

/** Keys written out: in single quotes, or as the `message` or `hint` of a component. */
const written = new Set([...code.matchAll(/(?:['`]|(?:message|hint)=")([a-zA-Z]+(?:\.[\w-]+)+)['"`]/g)].map((match) => match[1] ?? ''))
/** Keys put together, as far as they are written: `why.${code}` begins with `why.`. */
const begun = new Set([...code.matchAll(/`([a-zA-Z]+(?:\.[\w-]+)*\.)\$\{/g)].map((match) => match[1] ?? ''))

describe.each([
  ['kit', kitZh as Tree, kitEn as Tree],
  ['field', zh as Tree, en as Tree],
])('the messages of %s', (_name, chinese, english) => {
  const [zhKeys, enKeys] = [new Map(flat(chinese)), new Map(flat(english))]

  it('have the same keys in both languages', () => {
    expect([...enKeys.keys()]).toEqual([...zhKeys.keys()])
  })

  it('are sorted, so that two people adding keys do not collide', () => {
    const check = (tree: Tree) => {
      expect(Object.keys(tree)).toEqual(Object.keys(tree).sort())
      Object.values(tree).forEach((value) => typeof value === 'object' && check(value))
    }
    check(chinese)
  })

  it('fill the same blanks in both languages', () => {
    const blanks = (text = '') => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]))].sort()
    for (const [key, text] of zhKeys) expect(blanks(enKeys.get(key)), key).toEqual(blanks(text))
  })

  it('are never empty', () => {
    expect([...zhKeys, ...enKeys].filter(([, text]) => text.trim() === '')).toEqual([])
  })
})

it('every key the code writes exists', () => {
  const groups = new Set([...all.keys()].map((key) => key.split('.')[0]))
  const unknown = [...written].filter((key) => groups.has(key.split('.')[0] ?? '') && !all.has(key) && !/\.(vue|ts|css)$/.test(key))
  expect(unknown).toEqual([])
})

it('every key of the field app is used', () => {
  const unused = [...own.keys()].filter((key) => !written.has(key) && ![...begun].some((start) => key.startsWith(start)))
  expect(unused).toEqual([])
})

it('every category and need has a drawing', () => {
  const drawn: readonly string[] = PICTOGRAMS
  expect([...catalog.categories, ...catalog.needs].map((row) => row.id).filter((id) => !drawn.includes(id))).toEqual([])
})
