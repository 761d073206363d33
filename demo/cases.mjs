// Thirty past cases: a report each, and what was done about it.
import { inBlock, gridId, toLonLat } from './geometry.mjs'
import { stream } from './random.mjs'

const accept = (by, after_min) => ({ by, after_min, act: { action: 'accept' }, pictures: [] })
const resolve = (by, after_min, text, picture) => ({
  by,
  after_min,
  act: { action: 'resolve', text, photos: [], no_photo_reason: picture ? null : '现场无需拍照' },
  pictures: picture ? [picture] : [],
})
const close = (after_min, text) => ({ by: 'triage', after_min, act: { action: 'close', reason: 'fixed', text }, pictures: [] })
// Proof that the danger is contained: the same place, photographed again.
const safe = (by, after_min, text, picture) => ({ by, after_min, act: { action: 'make_safe', text, photos: [] }, pictures: [picture] })
const giveBack = (by, after_min, text, suggested) => ({
  by,
  after_min,
  act: { action: 'return', reason: 'not_ours', text, suggested },
  pictures: [],
})
const transfer = (after_min, lead, text) => ({ by: 'triage', after_min, act: { action: 'transfer', lead, assists: [], text }, pictures: [] })
const dispatch = (after_min, lead, note) => ({ by: 'triage', after_min, act: { action: 'dispatch', lead, assists: [], note }, pictures: [] })
const open = (after_min) => ({ by: 'triage', after_min, act: { action: 'open' }, pictures: [] })

const done = (queue, picture, text) => [accept(queue, 24), resolve(queue, 190, text, picture), close(400, text)]

// worker, block, picture, category, days ago, address, text, acts
const rows = [
  ['wang', 0, 'pothole', 'road-damage', 41, '滨河路12号', '路面破损一处，约半平米，电动车容易摔', done('municipal', 'pothole-filled', '已用冷补料修复')],
  ['wang', 1, 'waste', 'exposed-waste', 39, '兴龙里3号楼旁', '垃圾堆在路边没有清走', done('sanitation', 'waste-cleared', '已清运')],
  ['zhao', 2, 'lamp-out', 'street-light', 37, '龙泉路8号', '路灯不亮，晚上很黑', done('municipal', 'lamp-on', '更换灯头')],
  ['chen', 3, 'manhole', 'manhole', 36, '滨河路46号', '井盖移位，露出一半', [safe('municipal', 40, '已设围挡', 'manhole'), ...done('municipal', 'manhole-closed', '已复位并加固')]],
  ['chen', 4, 'clutter', 'corridor-clutter', 35, '柳荫苑2号楼1单元', '楼道堆放纸箱，影响通行', done('property-5', null, '已劝离清理')],
  ['zhao', 5, 'tree-down', 'tree-prune', 33, '学府街31号', '枯枝伸到路中间，需要修剪', done('greening', 'tree-cleared', '已修剪')],
  ['liu', 6, 'fire-lane', 'fire-lane', 31, '中山坊北门', '消防通道被车堵住', done('fire', null, '车主已移车')],
  ['zhou', 7, 'wall-cracked', 'building-damage', 30, '印染厂宿舍4号楼', '外墙裂缝变宽，有小块掉落', [safe('construction', 70, '已拉警戒线', 'wall-cracked'), accept('construction', 90)]],
  ['zhou', 8, 'waste', 'bin-overflow', 28, '银杏苑南门', '垃圾桶满了，周围很脏', done('sanitation', 'waste-cleared', '已清理并增加收运')],
  ['li', 9, 'pothole', 'road-damage', 27, '盘龙大道18号', '路上有坑，下雨积水', done('municipal', 'pothole-filled', '已修补')],
  ['li', 10, 'lamp-out', 'street-light', 25, '盘龙新城二区5号楼前', '单元门口路灯坏了', done('municipal', 'lamp-on', '已修复')],
  ['li', 11, 'clutter', 'ebike-charging', 24, '盘龙新城三区1号楼', '有人从窗户拉线给电动车充电', done('fire', null, '已拆除飞线，告知充电点')],
  ['wang', 0, 'sign-down', 'sign-fallen', 22, '滨河路2号', '店招一角脱落，风一吹就晃', [safe('urban-mgmt', 55, '已封闭人行道', 'sign-down'), ...done('urban-mgmt', 'sign-removed', '已拆除')]],
  ['wang', 1, 'flooded', 'sewer-overflow', 20, '兴龙路21号', '下水道堵了，污水往外冒', done('municipal', null, '已疏通')],
  ['zhao', 2, 'waste', 'bulky-waste', 19, '书院小区东门', '旧沙发扔在路边', done('sanitation', 'waste-cleared', '已清运')],
  ['chen', 3, null, 'noise', 17, '滨河路50号', '夜里工地施工很吵', done('urban-mgmt', null, '已责令夜间停工')],
  ['chen', 4, 'fire-lane', 'parking', 16, '柳荫公园门口', '共享单车乱停，占了盲道', done('urban-mgmt', null, '已规范停放')],
  ['zhao', 5, 'pothole', 'barrier-free', 15, '学府街11号', '盲道砖破损', [accept('municipal', 60)]],
  ['liu', 6, 'clutter', 'clutter', 14, '中山街9号', '人行道上堆了建筑材料', [giveBack('urban-mgmt', 45, '小区红线内，由物业负责', 'property-7'), transfer(80, 'property-7', '同意，转物业处理'), accept('property-7', 110)]],
  ['zhou', 7, 'lamp-out', 'street-light', 12, '兴龙路66号', '路灯闪烁', [accept('municipal', 200)]],
  ['zhou', 8, 'tree-down', 'tree-fallen', 11, '银杏公园北侧', '大树枝断落，挡了半条路', [safe('municipal', 50, '已隔离', 'tree-down'), ...done('municipal', 'tree-cleared', '断枝已清运')]],
  ['li', 9, 'manhole', 'drain-grate', 10, '盘龙大道33号', '雨水箅子破了一块', done('municipal', 'manhole-closed', '已更换')],
  ['li', 10, null, 'neighbor-dispute', 9, '盘龙新城二区', '楼上楼下因漏水争执', [open(30), dispatch(35, 'community-panlong', '请社区先联系双方'), accept('secretary-panlong', 60)]],
  ['li', 11, 'waste', 'construction-waste', 8, '盘龙新城三区东侧', '装修垃圾堆了好几天', [accept('sanitation', 60)]],
  ['wang', 0, 'clutter', 'other', 6, '滨河路5号', '河边长椅坏了', [open(20), dispatch(25, 'municipal', '请看一下能否修')]],
  ['wang', 1, 'flooded', 'waterlogging', 5, '兴龙路30号', '路口积水过脚踝', [safe('municipal', 35, '已放警示牌并抽排', 'flooded'), ...done('municipal', null, '积水已排')]],
  ['zhao', 2, 'wall-cracked', 'other', 4, '龙泉路16号', '围墙上有涂鸦', []],
  ['chen', 4, 'pothole', 'road-damage', 3, '柳荫苑门口', '路面下沉', []],
  ['liu', 6, 'fire-lane', 'fire-equipment', 2, '中山坊2号楼', '消防栓箱门坏了', [accept('fire', 100)]],
  ['li', 11, 'lamp-out', 'street-light', 1, '盘龙新城三区6号楼前', '路灯不亮', []],
]

export function pastCases() {
  const random = stream(30)
  return rows.map(([worker, block, picture, category, days, address, text, acts]) => {
    const [lon, lat] = toLonLat(inBlock(block, 0.2 + random() * 0.6, 0.2 + random() * 0.6))
    return {
      worker,
      captured_days_ago: days,
      report: {
        category,
        answer: null,
        text,
        place: { chosen: { source: 'pin', point: { lat, lon }, accuracy_m: null }, others: [], address, grid: gridId(block), other_grid: null },
        home_grid: gridId(block),
        source: 'patrol',
        no_photo_reason: picture ? null : 'not_needed',
        expectation: null,
      },
      pictures: picture ? [picture] : [],
      acts,
    }
  })
}
