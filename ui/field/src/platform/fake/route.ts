// Where a draft would go, as far as the fake knows: the device asks the domain, this asks the demo catalogue.
import type { RoutingReason } from '@xunge/kit/generated/RoutingReason'

import type { Draft, GridRow, LatLon, PlaceClaim, RoutePreview } from '../types'
import { categoryById, reference, type FakeCategory } from './world'

const HOURS: Record<string, number> = { eh: 1, wh: 1, wd: 24, nd: 24, min: 1 / 60 }

/** True when the point lies in the outer ring. */
function inside(point: LatLon, grid: GridRow): boolean {
  const ring = grid.rings[0] ?? []
  return ring.reduce((within, [lon, lat], at) => {
    const [lon2, lat2] = ring[(at + 1) % ring.length] ?? [lon, lat]
    const crosses = lat > point.lat !== lat2 > point.lat && point.lon < ((lon2 - lon) * (point.lat - lat)) / (lat2 - lat) + lon
    return crosses ? !within : within
  }, false)
}

function chosenPlace(draft: Draft): PlaceClaim | null {
  const report = draft.report
  if (report?.pin) return { source: 'pin', point: report.pin, accuracy_m: null }
  if (report?.fix && (report.fix.accuracy_m ?? Infinity) <= 50) return report.fix
  const photo = photoPlace(draft)
  const confirmed = photo && report?.confirmed?.lat === photo.lat && report.confirmed.lon === photo.lon
  return photo && (confirmed || !report?.address?.trim()) ? { source: 'photo', point: photo, accuracy_m: null } : null
}

const photoPlace = (draft: Draft) => draft.photos.find((one) => one.manifest.position)?.manifest.position ?? null

/** A photo's position counts once it is confirmed. */
function toConfirm(draft: Draft): LatLon | null {
  const { pin, fix, confirmed } = draft.report ?? {}
  const photo = photoPlace(draft)
  if (pin || (fix && (fix.accuracy_m ?? Infinity) <= 50) || !photo) return null
  return confirmed?.lat === photo.lat && confirmed.lon === photo.lon ? null : photo
}

function gridsAt(point: LatLon): GridRow[] {
  const nudge = 0.00013
  const around = [point, ...[-nudge, nudge].flatMap((by) => [{ lat: point.lat + by, lon: point.lon }, { lat: point.lat, lon: point.lon + by }])]
  const found = around.flatMap((at) => reference.grids.filter((grid) => inside(at, grid)))
  return [...new Set(found)].slice(0, 2)
}

/** What would happen on save. */
export function previewOf(draft: Draft, now: number): RoutePreview {
  const category = categoryById.get(draft.report?.category ?? '')
  const claim = chosenPlace(draft)
  const grids = claim ? gridsAt(claim.point) : []
  const grid = grids.find((one) => one.id === draft.report?.grid) ?? (grids.length === 1 ? grids[0] : undefined)
  const address = draft.report?.address ?? null
  const missing = category?.photos.filter((role) => !draft.photos.some((photo) => photo.role === role)) ?? []
  return {
    place: { chosen: claim, others: [], address, grid: grid?.id ?? null, other_grid: grids.find((one) => one !== grid)?.id ?? null },
    to_confirm: toConfirm(draft),
    candidates: grids.length > 1 ? grids.map((one) => ({ grid: one.id, name: one.name })) : [],
    location: !claim ? 'none' : grids.length > 1 ? 'border' : grids.length === 1 ? 'inside' : 'outside',
    disagree_m: null,
    ...routed(category, draft, now),
    problems: problemsOf(draft, category, claim, address, grids.length > 1 && !draft.report?.grid, claim?.source === 'photo' && toConfirm(draft) !== null),
    missing_photos: missing,
  }
}

function routed(category: FakeCategory | undefined, draft: Draft, now: number) {
  if (!category) return { queue: null, assists: [], urgency: 3, auto_dispatch: false, due_at: null, stage: 'final' as const, reason: null, calls: [] }
  const answerId = draft.report?.answer ?? category.question?.default ?? null
  const answer = category.question?.answers.find((one) => one.id === answerId)
  const queue = answer?.lead ?? category.lead
  const urgency = answer?.urgency ?? category.urgency
  const limit = category.make_safe ?? category.limit
  const reason: RoutingReason = {
    rule: answer?.lead ? 'category-question' : 'category-default',
    version: 1,
    lead: queue,
    assists: category.assists,
    skipped: [],
    inputs: { category: category.id, ...(answer ? { answer: answer.id } : {}), urgency: String(urgency) },
    other_grid: null,
  }
  return {
    queue: category.auto_dispatch ? queue : 'triage',
    assists: category.assists,
    urgency,
    auto_dispatch: category.auto_dispatch || urgency < 2,
    due_at: limit ? now + limit.amount * (HOURS[limit.unit] ?? 24) * 3_600_000 : null,
    stage: category.make_safe ? ('make_safe' as const) : ('final' as const),
    reason,
    calls: urgency === 0 && category.emergency_call.length === 0 ? ['119', '110', '120'] : urgency < 2 ? category.emergency_call : [],
  }
}

function problemsOf(draft: Draft, category: FakeCategory | undefined, claim: PlaceClaim | null, address: string | null, undecided: boolean, unconfirmed: boolean): RoutePreview['problems'] {
  const problems: RoutePreview['problems'] = []
  if (!category) problems.push({ field: 'category', problem: 'missing' })
  if (!claim && !address?.trim()) problems.push({ field: 'place', problem: 'missing' })
  if (unconfirmed) problems.push({ field: 'place.confirm', problem: 'missing' })
  if (undecided) problems.push({ field: 'place.grid', problem: 'missing' })
  if (category?.photo_required && draft.photos.length === 0 && !draft.report?.no_photo_reason) problems.push({ field: 'photos', problem: 'too_few' })
  return problems
}
