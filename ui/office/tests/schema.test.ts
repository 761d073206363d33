// @vitest-environment node
import { readFileSync } from 'node:fs'
import path from 'node:path'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, it } from 'vitest'

const office = path.resolve(import.meta.dirname, '..')

it('the committed client types are what the server describes', async () => {
  const described = JSON.parse(readFileSync(path.join(office, 'openapi.json'), 'utf8')) as object
  const made = COMMENT_HEADER + astToString(await openapiTS(structuredClone(described) as never))
  expect(readFileSync(path.join(office, 'src/api/schema.d.ts'), 'utf8').trim()).toBe(made.trim())
})
