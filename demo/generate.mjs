// Writes the demo street: `node demo/generate.mjs` makes street.json, base.json and pictures/ again, byte for byte.
// Nothing here exists: streets, people, telephones and houses are invented.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pastCases } from './cases.mjs'
import { scenes } from './draw.mjs'
import { baseMap, grids, communities } from './geometry.mjs'
import { households, people, queues } from './people.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const write = (name, value) => writeFileSync(join(here, name), JSON.stringify(value, null, 1) + '\n')

mkdirSync(join(here, 'pictures'), { recursive: true })
for (const [name, scene] of Object.entries(scenes)) writeFileSync(join(here, 'pictures', `${name}.png`), scene().png())

write('base.json', baseMap())
write('street.json', {
  street: { id: 'demo', name: '九溪街道（演示）', number_prefix: 'JX', time_zone: 'Asia/Shanghai' },
  communities,
  grids: grids(),
  queues,
  people,
  households: households(),
  past_cases: pastCases(),
})
