import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import kitZh from '@xunge/kit/messages/zh-CN.json'
import { describe, expect, it } from 'vitest'
import { FORMS } from '../src/features/act/form'
import en from '../src/messages/en.json'
import zh from '../src/messages/zh-CN.json'

type Tree = { [key: string]: string | Tree }
const flat = (tree: Tree, prefix = ''): Map<string, string> => new Map(Object.entries(tree).flatMap(([key, value]) => (typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)])))
const [chinese, english] = [flat(zh as Tree), flat(en as Tree)]
const blanks = (text: string) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]))].sort()
const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => {
  const full = path.join(folder, name)
  return statSync(full).isDirectory() ? files(full) : /\.(vue|ts)$/.test(name) && name !== 'schema.d.ts' ? [full] : []
})
const sources = files(path.resolve(import.meta.dirname, '../src')).map((file) => readFileSync(file, 'utf8')).join('\n')
const every = new Map([...flat(kitZh as Tree), ...chinese])

describe('the messages', () => {
  it('exist in both languages under the same keys', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
  })

  it('have the same blanks in both languages and are never empty', () => {
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('')
      expect(blanks(english.get(key) ?? ''), key).toEqual(blanks(text))
    }
  })

  it('hold every key that a screen names', () => {
    const named = [...sources.matchAll(/\bt\('([a-z_]+\.[\w.-]+)'/gi)].map((found) => found[1] ?? '')
    expect(named.length).toBeGreaterThan(150)
    expect(named.filter((key) => !every.has(key))).toEqual([])
  })

  it('hold no key that nothing names', () => {
    // Keys put together from a group and a code: `clock.${stage}`; two groups are named by a variable.
    const groups = [...[...sources.matchAll(/`([a-z_]+\.[\w]*)\$\{/gi)].map((found) => found[1] ?? ''), 'log.', 'language.', 'fault.']
    const unused = [...chinese.keys()].filter((key) => !sources.includes(`'${key}'`) && !groups.some((group) => group && key.startsWith(group)))
    expect(unused).toEqual([])
  })

  it('name every act and every step', () => {
    for (const action of Object.keys(FORMS)) {
      expect(every.has(`action.${action}`), action).toBe(true)
      expect(every.has(`step.${action}`) || every.has(`case.step_${action}`), action).toBe(true)
    }
  })

  it('are the only words on the screens', () => {
    const templates = [...sources.matchAll(/<template>[\s\S]*<\/template>/g)].map((found) => found[0].replace(/<!--[\s\S]*?-->/g, ''))
    const raw = templates.flatMap((template) => [...template.matchAll(/[\u4e00-\u9fff]+/g)].map((found) => found[0]))
    expect(raw).toEqual([])
  })
})
