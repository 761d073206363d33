// What a screen must not have: serious accessibility findings, a page wider than the phone, targets too small for a thumb.
import { createRequire } from 'node:module'
import { readFile } from 'node:fs/promises'

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const GRAVE = ['serious', 'critical']

/** Makes axe-core known to the page. */
export const arm = (page) => page.evaluate(axe)

/** Findings of serious or critical impact; `strict` asks for the contrast of AAA too. */
export async function axeFaults(page, strict) {
  const violations = await page.evaluate(async (aaa) => {
    const { violations } = await window.axe.run(document, { resultTypes: ['violations'], rules: { 'color-contrast-enhanced': { enabled: aaa } } })
    return violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`) }))
  }, strict)
  return violations.filter(({ impact }) => GRAVE.includes(impact)).map(({ id, impact, nodes }) => `axe ${impact} ${id}: ${nodes.join(' | ')}`)
}

/** Pages wider than the phone, and controls smaller than 48 px. */
export const layoutFaults = (page) =>
  page.evaluate(() => {
    const TOUCH = 48
    const faults = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) faults.push(`${root.scrollWidth - root.clientWidth} px too wide`)
    // A mark on the map is smaller than what takes its touch.
    const controls = document.querySelectorAll('button:not(.xg-map-point), a[href]:not(.skip), input:not(.xg-quiet), textarea, summary, label:has(> input.xg-quiet), label[for], [role="switch"]')
    for (const control of controls) {
      const { width, height } = (control.closest('label.switch') ?? control).getBoundingClientRect()
      if (width > 0 && Math.min(width, height) < TOUCH - 0.5) {
        faults.push(`a target of ${Math.round(width)} × ${Math.round(height)} px: ${control.dataset.test ?? control.className ?? control.tagName}`)
      }
    }
    return faults
  })
