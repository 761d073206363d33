// What the server prints for the people of the demo street at each start.

/** The one password of all demo people. */
export function passwordFrom(output) {
  const found = /password[^\S\n]*[:：][^\S\n]*(\S+)/i.exec(output)
  if (!found) throw new Error(`no demo password in: ${output.slice(0, 3000)}`)
  return found[1]
}

/** The enrolment code of one worker. */
export function codeFrom(output, login) {
  const found = new RegExp(`^.*\\b${login}\\b.*?\\b([A-Z2-9]{4}-?[A-Z2-9]{4})\\b`, 'm').exec(output)
  if (!found) throw new Error(`no enrolment code for ${login} in: ${output.slice(0, 3000)}`)
  return found[1]
}

/** The link of a first start without the demo street; undefined once the street is set up. */
export const setUpLinkFrom = (output) => /http:\S+\/setup#\S+/.exec(output)?.[0]
