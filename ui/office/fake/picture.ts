/** Drawn pictures in place of photographs: a street scene per number, as SVG. */
const SKIES = ['#b9c9d6', '#c9c3b8', '#9fb3c4', '#d4cdbf', '#aebfae']

function tree(x: number) {
  return `<g transform="translate(${x} 250) rotate(72)"><rect x="-9" y="-130" width="18" height="130" fill="#5b4431"/><circle cy="-150" r="62" fill="#3f6b3f"/><circle cx="30" cy="-120" r="40" fill="#4c7d47"/></g>`
}
const sign = '<g transform="translate(330 190) rotate(-24)"><rect width="200" height="74" fill="#b8402a"/><rect x="12" y="20" width="176" height="10" fill="#f0e5d0"/><rect x="12" y="42" width="120" height="10" fill="#f0e5d0"/></g>'
const hole = '<ellipse cx="320" cy="400" rx="120" ry="34" fill="#1d1b18"/><ellipse cx="320" cy="394" rx="126" ry="34" fill="none" stroke="#8a8578" stroke-width="10"/>'
const water = '<rect y="350" width="640" height="130" fill="#7d97a8" opacity=".8"/><path d="M40 390h120M240 420h160M470 380h120" stroke="#dfe8ee" stroke-width="4"/>'
const cones = '<path d="M120 430l24-70 24 70zM300 430l24-70 24 70zM480 430l24-70 24 70z" fill="#d9622b"/><path d="M96 380h450" stroke="#d9b12b" stroke-width="8"/>'
const SCENES = [tree(240), sign, hole, water, '<path d="M0 120C200 260 380 300 420 430" stroke="#1d1b18" stroke-width="8" fill="none"/>']

export function picture(seed: number, after: boolean): string {
  const houses = [0, 1, 2, 3].map((n) => `<rect x="${n * 165 + 10}" y="${90 + ((seed + n) % 3) * 30}" width="140" height="240" fill="${['#d8cfc0', '#c2b5a3', '#cfc7ba', '#b9ad9c'][(seed + n) % 4]}"/>${[0, 1, 2, 3, 4, 5].map((w) => `<rect x="${n * 165 + 30 + (w % 3) * 38}" y="${140 + Math.floor(w / 3) * 70}" width="22" height="34" fill="#6e7d88"/>`).join('')}`).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 480"><rect width="640" height="480" fill="${SKIES[seed % SKIES.length]}"/>${houses}<rect y="320" width="640" height="160" fill="#77746d"/><path d="M0 400h640" stroke="#cfcabf" stroke-width="6" stroke-dasharray="50 40"/>${after ? cones : SCENES[seed % SCENES.length]}</svg>`
}
