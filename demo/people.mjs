// The people of the demo street. Every name and telephone is invented; the numbers use a range that is not given out.
import { blocks, buildings, communities, estates, gridId, toLonLat } from './geometry.mjs'
import { pick, stream, uuid } from './random.mjs'

const worker = (login, name, indexes) => ({
  login,
  name,
  roles: ['grid_worker'],
  queues: [],
  communities: [communities[blocks()[indexes[0]].community].id],
  grids: indexes.map(gridId),
})

const member = (queue, name) => ({ login: queue, name, roles: ['department_member'], queues: [queue], communities: [], grids: [] })

export const people = [
  worker('li', '李晓芸', [9, 10, 11]),
  worker('wang', '王建国', [0, 1]),
  worker('zhao', '赵敏', [2, 5]),
  worker('chen', '陈立', [3, 4]),
  worker('liu', '刘洋', [6]),
  worker('zhou', '周小燕', [7, 8]),
  { login: 'admin', name: '系统管理员', roles: ['administrator'], queues: [], communities: [], grids: [] },
  { login: 'triage', name: '孙平', roles: ['triage_officer'], queues: ['triage'], communities: [], grids: [] },
  { login: 'head', name: '郑国梁', roles: ['street_head'], queues: ['triage'], communities: [], grids: [] },
  { login: 'auditor', name: '何静', roles: ['auditor'], queues: [], communities: [], grids: [] },
  ...communities.map((community, i) => ({
    login: `secretary-${community.id}`,
    name: ['高桂兰', '马志强', '林芳'][i],
    roles: ['community_secretary'],
    queues: [`community-${community.id}`, `desk-${community.id}`],
    communities: [community.id],
    grids: [],
  })),
  member('municipal', '吴强'),
  member('urban-mgmt', '徐海'),
  member('construction', '胡斌'),
  member('fire', '郭勇'),
  member('sanitation', '唐秀英'),
  member('greening', '许文'),
  member('emergency', '邓超'),
  member('civil-affairs', '冯丽'),
  member('market-reg', '彭涛'),
  member('justice', '曹阳'),
  member('police', '蒋伟'),
  member('traffic-police', '沈杰'),
  member('health', '韩梅'),
  member('disabled', '杨帆'),
  member('veterans', '朱军'),
  member('hr-social', '秦岚'),
  member('culture', '尤佳'),
  member('power', '许亮'),
  member('water', '何川'),
  member('gas', '吕明'),
  member('telecom', '施磊'),
  member('repair-team', '孔师傅'),
  member('sw-center', '张慧'),
  member('day-care', '严芬'),
  ...estates.map((_, i) => member(`property-${i + 1}`, [...'金魏陶姜戚谢邹喻柏窦章云'][i] + '经理')),
]

/** Queues of this street beside the default ones: communities, their desks and the estates' property companies. */
export const queues = [
  ...communities.flatMap(({ id, name }) => [
    { id: `community-${id}`, label_zh: `${name}居委会`, label_en: `Community ${id}` },
    { id: `desk-${id}`, label_zh: `${name}服务台`, label_en: `Desk ${id}` },
  ]),
  ...estates.map((estate, i) => ({ id: `property-${i + 1}`, label_zh: `${estate}物业`, label_en: `Property company ${i + 1}` })),
]

const SURNAMES = [...'王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高']
const ELDER = [...'秀英桂兰玉珍淑华国强建军德福']
const YOUNG = [...'子轩雨涵浩宇欣怡俊杰思远嘉佳']
const phone = (random) => `1990000${String(Math.floor(random() * 10000)).padStart(4, '0')}`

function resident(random, household, surname, relation, age) {
  const names = age >= 55 ? ELDER : YOUNG
  return {
    id: uuid(random),
    household,
    name: surname + pick(random, names) + pick(random, names),
    sex: random() < 0.5 ? 'f' : 'm',
    birth_year: 2026 - age,
    relation,
    phone: relation === '户主' ? phone(random) : null,
    tags: [],
  }
}

function tagged(random, residents) {
  const head = residents[0]
  const age = 2026 - head.birth_year
  if (residents.length === 1 && age >= 60) head.tags.push('living-alone')
  if (age >= 80) head.tags.push('elder80')
  if (residents.length > 1 && residents.every((r) => 2026 - r.birth_year >= 60)) head.tags.push('all-elder')
  const extra = random()
  if (extra < 0.05) head.tags.push('low-income')
  else if (extra < 0.08) head.tags.push('near-low-income')
  else if (extra < 0.1) head.tags.push('severely-disabled')
  else if (extra < 0.12) head.tags.push('veteran-care')
  else if (extra < 0.13) head.tags.push('lost-only-child')
  return residents
}

/** The elder of the story: 82, lives alone, on social assistance. */
function elder(random, base) {
  const id = uuid(random)
  return {
    ...base,
    id,
    tenure: 'owner',
    door_note: '门铃坏了，请敲门',
    phone: '19900005678',
    residents: [{ id: uuid(random), household: id, name: '王阿婆', sex: 'f', birth_year: 1944, relation: '户主', phone: '19900005678', tags: ['living-alone', 'elder80', 'low-income'] }],
    last_visit_days_ago: 8,
  }
}

function family(random, base) {
  const id = uuid(random)
  const surname = pick(random, SURNAMES)
  const headAge = 30 + Math.floor(random() * 60)
  const residents = [resident(random, id, surname, '户主', headAge)]
  if (random() < 0.62) residents.push(resident(random, id, pick(random, SURNAMES), '配偶', Math.max(24, headAge - 4 + Math.floor(random() * 8))))
  if (headAge < 60 && random() < 0.6) residents.push(resident(random, id, surname, '子女', Math.max(1, headAge - 28)))
  const tenure = random() < 0.75 ? 'owner' : 'rented'
  return {
    ...base,
    id,
    tenure,
    door_note: random() < 0.08 ? pick(random, ['家里有狗', '白天上班，晚上七点后在家', '听力不好，敲门大声些']) : '',
    phone: residents[0].phone,
    residents: tagged(random, residents),
    last_visit_days_ago: random() < 0.8 ? Math.floor(random() * 150) : null,
  }
}

/** 200 households, spread over the buildings; the first of the last block is the elder of the story. */
export function households() {
  const random = stream(20261122)
  const list = []
  for (let i = 0; i < 200; i++) {
    const index = i === 0 ? 11 : i % 12
    const block = blocks()[index]
    const all = buildings(index)
    const building = all[Math.floor(i / 12) % Math.min(4, all.length)]
    const floor = 1 + (Math.floor(i / 48) % 6)
    const [lon, lat] = toLonLat(building.centre)
    const base = {
      id: '',
      grid: gridId(index),
      estate: block.estate,
      building: `${building.number}号楼`,
      unit: `${1 + (i % 3)}单元`,
      room: `${floor}0${1 + (Math.floor(i / 12) % 4)}`,
      point: { lat, lon },
    }
    list.push(i === 0 ? elder(random, base) : family(random, base))
  }
  return list
}
