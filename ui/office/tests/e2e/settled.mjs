/** Waits until a page has shown everything it is going to show, without guessing how long that takes. */

/** Counts what a page still waits for; the live connection never ends and does not count. */
export function watchRequests(page) {
  const open = new Set()
  page.on('request', (request) => { if (!request.url().endsWith('/v1/live')) open.add(request) })
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => open.delete(request))
  page.on('framenavigated', (frame) => { if (frame === page.mainFrame()) open.clear() })
  return open
}

/** Fonts, photos, maps and movements that end; `loading` pictures keep their placeholders. */
const drawn = async (loading) => {
  // What was just changed is on the screen after two frames; only then have its movements begun.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
  const moving = document.getAnimations().some((one) => one.playState === 'running' && one.effect.getComputedTiming().iterations !== Infinity)
  const coming = [...document.images].some((one) => !one.complete && one.loading !== 'lazy')
  const waiting = document.querySelector('[data-map="drawing"]') || (!loading && document.querySelector('.bones'))
  return document.fonts.status === 'loaded' && !moving && !coming && !waiting
}

export async function settled(page, open, { loading = false } = {}) {
  const deadline = Date.now() + 20_000
  for (let calm = 0; calm < 2;) {
    if (Date.now() > deadline) throw new Error(`never came to rest: ${[...open].map((one) => one.url()).join(' ') || 'still drawing'}`)
    await page.waitForTimeout(60)
    calm = (loading || open.size === 0) && await page.evaluate(drawn, loading) ? calm + 1 : 0
  }
}
