// Contrast is computed, not believed: AA for every pair in use, AAA in the outdoor theme.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(__dirname, '../src/tokens.css'), 'utf8')

function block(selector: string): Record<string, string> {
  const body = css.slice(css.indexOf(`${selector} {`)).split('}')[0] ?? ''
  return Object.fromEntries([...body.matchAll(/(--xg-[\w-]+):\s*([^;]+);/g)].map((match) => [match[1], match[2]]))
}
const light = block(':root')
const themes: Record<string, Record<string, string>> = {
  light,
  dark: { ...light, ...block(':root[data-theme="dark"]') },
  outdoor: { ...light, ...block(':root[data-theme="outdoor"]') },
}

function luminance(color: string): number {
  const hex = color.length === 4 ? color.replace(/[0-9a-f]/gi, (digit) => digit + digit) : color
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high + 0.05) / (low + 0.05)
}

const tones = ['urgency-0', 'urgency-1', 'urgency-2', 'urgency-3', 'state-wait', 'state-move', 'state-done', 'state-need', 'state-over']
const pairs: [string, string][] = [
  ...['ground', 'surface', 'surface-sunk', 'surface-raised'].flatMap((ground): [string, string][] => [['text', ground], ['text-soft', ground]]),
  ...['ground', 'surface', 'surface-raised'].flatMap((ground): [string, string][] => [['link', ground], ['accent-text', ground]]),
  ['on-accent', 'accent'],
  ['lit-text', 'lit'],
  ['on-accent', 'accent-press'],
  ...tones.flatMap((tone): [string, string][] => [[tone, `${tone}-soft`], [tone, 'surface'], [tone, 'surface-raised']]),
]

describe.each(Object.entries(themes))('the %s theme', (name, tokens) => {
  const least = name === 'outdoor' ? 7 : 4.5
  it.each(pairs)('has enough contrast of %s on %s', (front, back) => {
    const [a, b] = [tokens[`--xg-${front}`] ?? '', tokens[`--xg-${back}`] ?? '']
    expect(a, front).toMatch(/^#/)
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least)
  })

  it('tells the urgencies apart by lightness or hue for every kind of colour vision', () => {
    // What remains with one kind of cone missing, after Viénot 1999 in linear light (protan, deutan), and greys.
    const seen = (color: string) => [0, 1, 2].map((at) => parseInt(color.slice(1 + 2 * at, 3 + 2 * at), 16))
    const dichromat = (color: string) => {
      const [r = 0, g = 0, b = 0] = seen(color)
      return [0.29275 * r + 0.70725 * g, b]
    }
    const scale = [0, 1, 2, 3].map((level) => dichromat(tokens[`--xg-urgency-${level}`] ?? ''))
    for (let one = 0; one < 4; one++)
      for (let two = one + 1; two < 4; two++) {
        const [a, b] = [scale[one] ?? [], scale[two] ?? []]
        expect(Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0)), `${one} and ${two}`).toBeGreaterThan(18)
      }
  })
})
