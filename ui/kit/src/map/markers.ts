// Marks on the map are buttons, so that a keyboard and a screen reader reach them.
import type { LatLon } from '../generated/LatLon'
import { icon, type IconName } from '../icons'
import { pictogram } from '../pictograms'

/** A point that can be opened. `color` is a token; `count` is shown when above one. */
export type MapPoint = {
  id: string
  point: LatLon
  label: string
  color: string
  drawing: { pictogram: string } | { icon: IconName }
  count?: number
}

const SVG = 'http://www.w3.org/2000/svg'

function drawn(path: string, field: number): SVGElement {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', `0 0 ${field} ${field}`)
  svg.setAttribute('aria-hidden', 'true')
  const line = document.createElementNS(SVG, 'path')
  line.setAttribute('d', path)
  svg.append(line)
  return svg
}

/** The mark of a point. */
export function pointMarker(point: MapPoint, open: () => void): HTMLElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'xg-map-point'
  button.style.setProperty('--point', point.color)
  button.setAttribute('aria-label', point.label)
  button.append('pictogram' in point.drawing ? drawn(pictogram(point.drawing.pictogram), 32) : drawn(icon(point.drawing.icon), 24))
  if (point.count !== undefined && point.count > 1) button.append(counter(point.count))
  button.addEventListener('click', (event) => {
    event.stopPropagation()
    open()
  })
  return button
}

function counter(count: number): HTMLElement {
  const mark = document.createElement('span')
  mark.className = 'count'
  mark.textContent = String(count)
  return mark
}

/** The pin of a place. */
export function pinMarker(): HTMLElement {
  const mark = document.createElement('div')
  mark.className = 'xg-map-pin'
  mark.append(drawn(icon('pin'), 24))
  return mark
}
