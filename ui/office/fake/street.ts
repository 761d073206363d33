/** A made-up street: grids, queues, categories, people, households. Nothing here is a real place or person. */
import type { CategoryView, GridRow, Permission, Person, QueueView } from '../src/api/types.ts'

const category = (id: string, zh: string, en: string, lead: string, urgency: number, assists: string[] = []): CategoryView =>
  ({
    id, zh, en, lead, assists, urgency, pictogram: id, question: null, std_codes: [], class: 'facility', limit: null, make_safe: null, first_step: null, from_capture: false,
    photos: ['wide'], photo_required: true, auto_dispatch: true, public: true, emergency_call: [], synonyms: [], pinyin: [],
  })

const chip = (id: string, zh: string, en: string, urgency: number) => ({ id, zh, en, urgency, lead: null, limit: null, make_safe: null })

export const categories: CategoryView[] = [
  { ...category('tree-fallen', '树木倒伏断枝', 'Fallen tree or branch', 'municipal', 2, ['greening', 'fire']),
    question: { zh: '压到什么', en: 'What is hit', default: 'none', answers: [chip('road', '道路、电线、车或人', 'Road, wire, car or person', 1), chip('none', '没有', 'Nothing', 2)] } },
  category('sign-fallen', '广告牌招牌倾倒坠落', 'Sign or billboard down', 'urban-mgmt', 1, ['municipal', 'fire']),
  category('building-damage', '房屋受损', 'Building damage', 'construction', 2, ['civil-affairs']),
  category('cable-down', '架空线缆脱落', 'Overhead cable down', 'power', 0, ['telecom', 'fire']),
  category('waterlogging', '道路积水', 'Flooded road', 'municipal', 1, ['traffic-police']),
  category('road-collapse', '路面塌陷', 'Road collapse', 'municipal', 1, ['gas', 'water']),
  category('manhole', '井盖缺损', 'Manhole cover', 'municipal', 2),
  category('street-light', '路灯异常', 'Street light', 'municipal', 3, ['power']),
  category('exposed-waste', '暴露垃圾', 'Exposed waste', 'sanitation', 3),
  category('vendor', '占道、无照经营', 'Street vending', 'urban-mgmt', 3, ['market-reg']),
  category('fire-lane', '占用消防通道', 'Fire lane blocked', 'fire', 1),
  category('corridor-clutter', '楼道堆物', 'Clutter in stairwell', 'community-yd', 3, ['fire']),
  category('illegal-build', '私搭乱建', 'Illegal building', 'urban-mgmt', 3, ['construction']),
  category('other', '其他', 'Other', 'triage', 3),
]

export const needs: CategoryView[] = [
  category('need-home-repair', '居家维修', 'Home repair', 'repair-team', 2),
  category('need-digital', '智能手机培训', 'Digital skills', 'sw-center', 3),
  category('need-activity', '文体、集体生日、陪伴', 'Activity, company', 'sw-center', 3),
]

const queue = (id: string, label_zh: string, label_en: string, staffed = true): QueueView =>
  ({ id, label_zh, label_en, staffed, may_return: id !== 'triage', phone: null, open: 0, overdue: 0, mine: false })

export const queues: QueueView[] = [
  queue('triage', '平安建设办公室', 'Triage office'), queue('municipal', '市政', 'Municipal works'),
  queue('urban-mgmt', '城管', 'Urban management'), queue('construction', '建管', 'Construction'),
  queue('fire', '消防', 'Fire station'), queue('sanitation', '环卫', 'Sanitation'), queue('greening', '园林绿化', 'Greening'),
  queue('civil-affairs', '民政救助', 'Civil affairs'), queue('market-reg', '市场监管', 'Market regulation'),
  queue('traffic-police', '交警', 'Traffic police'), queue('power', '供电', 'Power'), queue('water', '供水', 'Water'),
  queue('gas', '燃气', 'Gas'), queue('telecom', '通信', 'Telecom', false), queue('repair-team', '居家维修队', 'Home repair team'),
  queue('sw-center', '社工服务中心', 'Social work centre'), queue('community-yd', '银杏社区', 'Ginkgo community'),
]

/** South-west corner of the made-up street, and the size of one grid. */
export const ORIGIN = { lon: 106.5, lat: 29.5 }
const STEP = { lon: 0.004, lat: 0.003 }
const COMMUNITIES = [['yd', '银杏社区'], ['hx', '河沿社区'], ['gy', '公园社区']] as const

export const grids: GridRow[] = Array.from({ length: 12 }, (_, n) => {
  const [x, y] = [n % 4, Math.floor(n / 4)]
  const [west, south] = [ORIGIN.lon + x * STEP.lon, ORIGIN.lat + y * STEP.lat]
  const [east, north] = [west + STEP.lon, south + STEP.lat]
  const [community, community_name] = COMMUNITIES[y] ?? COMMUNITIES[0]
  return {
    id: `g${String(n + 1).padStart(2, '0')}`, name: `${community_name.slice(0, 2)}${x + 1}网格`, community, community_name,
    rings: [[[west, south], [east, south], [east, north], [west, north], [west, south]]], property_queue: null,
  }
})

const line = (kind: string, name: string, from: [number, number], to: [number, number]) => ({
  type: 'Feature' as const, properties: { layer: kind, name }, geometry: { type: 'LineString' as const, coordinates: [from, to] } })
const box = (kind: string, name: string, w: number, s: number, e: number, n: number) => ({
  type: 'Feature' as const, properties: { layer: kind, name },
  geometry: { type: 'Polygon' as const, coordinates: [[[w, s], [e, s], [e, n], [w, n], [w, s]]] } })

function buildings() {
  const found = []
  for (let x = 0; x < 16; x++) {
    for (let y = 0; y < 9; y++) {
      if ((x * 7 + y * 3) % 5 === 0) continue
      const [w, s] = [ORIGIN.lon + x * 0.001 + 0.00022, ORIGIN.lat + y * 0.001 + 0.00022]
      found.push(box('building', '', w, s, w + 0.0005, s + 0.00035 + (x % 3) * 0.00008))
    }
  }
  return found
}

export const basemap = {
  type: 'FeatureCollection' as const,
  features: [
    box('water', '银河', ORIGIN.lon, ORIGIN.lat + 0.0088, ORIGIN.lon + 0.016, ORIGIN.lat + 0.0094),
    box('green', '银杏公园', ORIGIN.lon + 0.0085, ORIGIN.lat + 0.0062, ORIGIN.lon + 0.0115, ORIGIN.lat + 0.0083),
    ...buildings(),
    ...[0, 1, 2, 3].map((n) => line('road', ['龙泉路', '兴龙路', '银杏路', '河沿路'][n] ?? '', [ORIGIN.lon, ORIGIN.lat + n * 0.003], [ORIGIN.lon + 0.016, ORIGIN.lat + n * 0.003])),
    ...[0, 1, 2, 3, 4].map((n) => line('road', ['一街', '二街', '三街', '四街', '五街'][n] ?? '', [ORIGIN.lon + n * 0.004, ORIGIN.lat], [ORIGIN.lon + n * 0.004, ORIGIN.lat + 0.009])),
  ],
}

const person = (id: string, login: string, name: string, roles: Person['roles'], scope: Partial<Person> = {}): Person =>
  ({ id, login, name, roles, queues: [], communities: [], grids: [], active: true, has_password: true, phones: roles.includes('grid_worker') ? 1 : 0, ...scope })

export const people: Person[] = [
  person('u-admin', 'admin', '周宁', ['administrator', 'auditor']),
  person('u-triage', 'triage', '陈静', ['triage_officer'], { queues: ['triage'] }),
  person('u-head', 'head', '方远', ['street_head'], { queues: ['triage'] }),
  person('u-municipal', 'municipal', '吴强', ['department_member'], { queues: ['municipal'] }),
  person('u-urban', 'urban', '郑岚', ['department_member'], { queues: ['urban-mgmt'] }),
  person('u-repair', 'repair', '何平', ['department_member'], { queues: ['repair-team'] }),
  person('u-secretary', 'secretary', '林晓', ['community_secretary'], { queues: ['community-yd'], communities: ['yd'] }),
  person('u-li', 'li', '李青', ['grid_worker'], { communities: ['yd'], grids: ['g01', 'g02'] }),
  person('u-sun', 'sun', '孙悦', ['grid_worker'], { communities: ['hx'], grids: ['g05'] }),
  person('u-old', 'old', '钱波', ['grid_worker'], { communities: ['gy'], grids: ['g09'], active: false }),
]

export const PERMISSIONS: Record<string, Permission[]> = {
  grid_worker: ['capture_reports', 'record_visits', 'see_grid_households', 'act_in_field'],
  community_secretary: ['see_grid_households', 'see_community_households', 'act_in_field', 'see_community_cases', 'work_orders', 'see_reporter', 'reveal_fields'],
  triage_officer: ['see_community_cases', 'see_all_cases', 'triage', 'work_orders', 'reveal_fields'],
  street_head: ['see_community_cases', 'see_all_cases', 'triage', 'rule', 'work_orders', 'reveal_fields', 'see_household_counts'],
  department_member: ['work_orders', 'reveal_fields'], organisation_member: ['work_orders'],
  auditor: ['read_access_log'], administrator: ['manage_people', 'manage_devices', 'manage_street'],
}
