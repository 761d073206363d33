/** Drawn pictures in place of photographs: a street scene per number, as SVG. */
const SKIES = ['#b9c9d6', '#c9c3b8', '#9fb3c4', '#d4cdbf', '#aebfae']

function tree(x: number) {
  return `<g transform="translate(${x} 250) rotate(72)"><rect x="-9" y="-130" width="18" height="130" fill="#5b4431"/><circle cy="-150" r="62" fill="#3f6b3f"/><circle cx="30" cy="-120" r="40" fill="#4c7d47"/></g>`
}
const sign = '<g transform="translate(330 190) rotate(-24)"><rect width="200" height="74" fill="#b8402a"/><rect x="12" y="20" width="176" height="10" fill="#f0e5d0"/><rect x="12" y="42" width="120" height="10" fill="#f0e5d0"/></g>'
const hole = '<ellipse cx="320" cy="400" rx="120" ry="34" fill="#1d1b18"/><ellipse cx="320" cy="394" rx="126" ry="34" fill="none" stroke="#8a8578" stroke-width="10"/>'
const water = '<rect y="350" width="640" height="130" fill="#7d97a8" opacity=".8"/><path d="M40 390h120M240 420h160M470 380h120" stroke="#dfe8ee" stroke-width="4"/>'
const cones = '<path d="M120 430l24-70 24 70zM300 430l24-70 24 70zM480 430l24-70 24 70z" fill="#d9622b"/><path d="M96 380h450" stroke="#d9b12b" stroke-width="8"/>'
const cable = '<path d="M0 120C200 260 380 300 420 430" stroke="#1d1b18" stroke-width="8" fill="none"/>'
const waste = '<ellipse cx="230" cy="380" rx="44" ry="36" fill="#2f3a36"/><ellipse cx="300" cy="392" rx="52" ry="40" fill="#414d49"/><ellipse cx="372" cy="384" rx="40" ry="34" fill="#2b3431"/><path d="M224 346l12-14 8 16zM294 354l12-16 8 18zM366 352l10-14 8 16z" fill="#8fa39b"/><rect x="404" y="396" width="60" height="26" fill="#b08b5a"/>'
const cover = '<ellipse cx="320" cy="410" rx="84" ry="26" fill="#1d1b18"/><ellipse cx="420" cy="424" rx="84" ry="26" fill="#55524b"/><path d="M360 424h120M380 414h80M380 434h80" stroke="#37352f" stroke-width="5"/>'
const lamp = '<rect x="312" y="120" width="10" height="260" fill="#4b4f52"/><path d="M317 126h74" stroke="#4b4f52" stroke-width="9"/><path d="M372 126h46l-8 16h-30z" fill="#2b2d2f"/>'
const stall = '<path d="M200 230h220l26 50H174z" fill="#a6493a"/><path d="M230 280v110M390 280v110" stroke="#4a3b2c" stroke-width="8"/><rect x="190" y="330" width="240" height="44" fill="#8a6a45"/><g fill="#c98b2f"><circle cx="220" cy="324" r="14"/><circle cx="252" cy="324" r="14"/><circle cx="284" cy="324" r="14"/></g><g fill="#5f8a3f"><circle cx="330" cy="324" r="14"/><circle cx="362" cy="324" r="14"/><circle cx="394" cy="324" r="14"/></g>'
const van = '<rect x="170" y="290" width="260" height="90" rx="14" fill="#e4e1d8"/><path d="M350 300h60l14 36h-74z" fill="#6e7d88"/><circle cx="226" cy="384" r="26" fill="#26251f"/><circle cx="376" cy="384" r="26" fill="#26251f"/><path d="M0 440h640" stroke="#d9b12b" stroke-width="10" stroke-dasharray="40 24"/>'
const shed = '<path d="M150 140h220l-24-44H174z" fill="#3f74a3"/><rect x="168" y="140" width="184" height="44" fill="#7fa6c6"/><path d="M168 184v-44M214 184v-44M260 184v-44M306 184v-44M352 184v-44" stroke="#dfe8ee" stroke-width="4"/>'
const wall = '<path d="M180 150l40 30-20 44 46 24-30 50" stroke="#5a4a3a" stroke-width="7" fill="none"/><path d="M210 360l30-22 26 26-14 20h-36zM290 372l26-16 22 24-16 16h-28z" fill="#a58f74"/>'
const planks = '<rect y="336" width="640" height="144" fill="#8b6b48"/><path d="M0 366h640M0 402h640M0 442h640" stroke="#5f4830" stroke-width="5"/><path d="M250 338l40 66h110l-34-66z" fill="#2e2519"/>'

/** What is to be seen, by the kind of case; the last is for anything else. */
const SCENES: Record<string, string> = {
  'tree-fallen': tree(240), 'sign-fallen': sign, 'road-collapse': hole, waterlogging: water, 'cable-down': cable, 'exposed-waste': waste, manhole: cover,
  'street-light': lamp, vendor: stall, 'fire-lane': van, 'illegal-build': shed, 'building-damage': wall, other: planks,
}
const KINDS = Object.keys(SCENES)
/** Pictures of one place, from afar to near. */
export const NEARER = 3

/** A number that `picture` draws as a scene of this category; `n` varies the street around it. */
export const seedFor = (category: string, n: number) => n * KINDS.length + Math.max(0, KINDS.includes(category) ? KINDS.indexOf(category) : KINDS.length - 1)

/** The picture of a number: before, or once it is mended. The second of a place comes nearer. */
export function picture(number: number, after: boolean): string {
  const scene = SCENES[KINDS[number % KINDS.length] ?? 'other'] ?? ''
  const seed = Math.floor(number / KINDS.length / NEARER)
  const near = Math.floor(number / KINDS.length) % NEARER
  const houses = [0, 1, 2, 3].map((n) => `<rect x="${n * 165 + 10}" y="${90 + ((seed + n) % 3) * 30}" width="140" height="240" fill="${['#d8cfc0', '#c2b5a3', '#cfc7ba', '#b9ad9c'][(seed + n) % 4]}"/>${[0, 1, 2, 3, 4, 5].map((w) => `<rect x="${n * 165 + 30 + (w % 3) * 38}" y="${140 + Math.floor(w / 3) * 70}" width="22" height="34" fill="#6e7d88"/>`).join('')}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${near ? '110 90 440 330' : '0 0 640 480'}"><rect width="640" height="480" fill="${SKIES[seed % SKIES.length]}"/>${houses}<rect y="320" width="640" height="160" fill="#77746d"/><path d="M0 400h640" stroke="#cfcabf" stroke-width="6" stroke-dasharray="50 40"/>${after ? cones : scene}</svg>`
}
