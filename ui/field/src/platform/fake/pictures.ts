// Drawn scenes in place of photographs.
const scene = (parts: string) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" fill="#c9d3d6"/><rect y="190" width="400" height="110" fill="#8d8f8c"/><path d="M0 245h60M100 245h60M200 245h60M300 245h60" stroke="#e8e6dc" stroke-width="8"/>${parts}</svg>`,
  )}`

const houses = '<path d="M20 190V70h90v120zM130 190V40h80v150zM320 190V90h70v100z" fill="#a98f77"/><path d="M35 90h15v20H35zM70 90h15v20H70zM35 130h15v20H35zM145 60h15v20h-15zM180 60h15v20h-15zM145 110h15v20h-15z" fill="#dfe7ea"/>'

/** A scene per category that has one. */
const SCENES: Record<string, string> = {
  'tree-fallen': scene(`${houses}<path d="M60 230 300 150" stroke="#5b4630" stroke-width="26"/><g fill="#4d7042"><circle cx="300" cy="150" r="52"/><circle cx="345" cy="170" r="40"/><circle cx="260" cy="130" r="36"/></g>`),
  'sign-fallen': scene(`${houses}<g transform="rotate(12 230 180)"><path d="M140 150h180v70H140z" fill="#2f6ea3"/><path d="M160 170h140v12H160zM160 194h90v10h-90z" fill="#f3f3ee"/></g>`),
  waterlogging: scene(`${houses}<path d="M0 215c40-14 70 14 110 0s70-14 110 0 70 14 110 0 50-10 70 0v85H0z" fill="#6d8ea6"/><path d="M120 205l24-34h80l26 34v26H108z" fill="#b8523c"/>`),
  'street-light': scene(`${houses}<path d="M260 250V80q0-40 40-40h30" stroke="#44474a" stroke-width="12" fill="none"/><path d="M318 34h46l-10 22h-30z" fill="#6b6f72"/>`),
  manhole: scene('<ellipse cx="200" cy="235" rx="90" ry="34" fill="#3b3b3a"/><ellipse cx="262" cy="222" rx="84" ry="30" fill="#7d7a74" stroke="#4e4b46" stroke-width="6"/>'),
  'exposed-waste': scene(`${houses}<path d="M120 250c-10-50 20-80 50-80s60 30 50 80zM220 252c-6-34 14-60 40-60s44 26 38 60z" fill="#2e3438"/><path d="M300 250h50v-40h-50z" fill="#a8865a"/>`),
  'road-damage': scene('<path d="M110 235l50-22 40 8 60-12 50 26-40 26-70-6-60 10z" fill="#4b4a47"/><path d="M140 238l40-10 36 6 40-6" stroke="#2e2d2b" stroke-width="6" fill="none"/>'),
}

const anything = scene(houses)

/** The picture shown for a category. */
export const pictureOf = (category: string | null): string => (category && SCENES[category]) || anything
