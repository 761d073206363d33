// How urgency, states and the four words of safety look: icon, colour token, message key. Colour never stands alone.
import type { CaseState } from './generated/CaseState'
import type { Condition } from './generated/Condition'
import type { Tag } from './generated/Tag'
import type { IconName } from './icons'

/** A tone of the state scale in `tokens.css`. */
export type Tone = 'wait' | 'move' | 'done' | 'need' | 'over'

/** Icon, colour and message key of a thing. */
export type Look = { icon: IconName; color: string; soft: string; message: string }

const toned = (tone: Tone, icon: IconName, message: string): Look => ({
  icon,
  color: `var(--xg-state-${tone})`,
  soft: `var(--xg-state-${tone}-soft)`,
  message,
})

const URGENCY_ICONS = ['danger', 'urgent', 'soon', 'normal'] as const satisfies IconName[]

/** Look of an urgency, 0 danger to life to 3 normal. */
export function urgencyLook(urgency: number): Look {
  const level = Math.min(3, Math.max(0, Math.trunc(urgency)))
  return {
    icon: URGENCY_ICONS[level] ?? 'normal',
    color: `var(--xg-urgency-${level})`,
    soft: `var(--xg-urgency-${level}-soft)`,
    message: `urgency.${level}`,
  }
}

const STATES: Record<CaseState, [Tone, IconName]> = {
  submitted: ['wait', 'waiting'],
  prefile_check: ['need', 'watch'],
  opened: ['wait', 'waiting'],
  dispatched: ['move', 'moving'],
  accepted: ['move', 'moving'],
  returned: ['need', 'returned'],
  in_ruling: ['need', 'waiting'],
  suspended: ['wait', 'paused'],
  resolved: ['done', 'check'],
  closure_check: ['need', 'watch'],
  rework: ['need', 'returned'],
  closed: ['over', 'closed'],
  rejected: ['over', 'ended'],
  merged: ['over', 'join'],
  void: ['over', 'ended'],
}

/** Look of a case's state. */
export function stateLook(state: CaseState): Look {
  const [tone, icon] = STATES[state]
  return toned(tone, icon, `state.${state}`)
}

/** The four words for safety; nothing else is called synced. */
export type SafetyWord = 'on_phone' | 'sending' | 'delivered' | 'needs_you'

const WORDS: Record<SafetyWord, Tone> = { on_phone: 'wait', sending: 'move', delivered: 'done', needs_you: 'need' }

/** Look of a word for safety: one tick once delivered, two once the server has a copy of it on another machine. */
export const wordLook = (word: SafetyWord, backedUp = false): Look =>
  toned(WORDS[word], word === 'delivered' && backedUp ? 'backed_up' : word, `word.${word}`)

const TAGS: Record<Tag, IconName> = {
  'living-alone': 'person',
  elder80: 'elder',
  'all-elder': 'people',
  disabled: 'wheelchair',
  'severely-disabled': 'wheelchair',
  'disabled-care': 'wheelchair',
  'lost-only-child': 'heart',
  'low-income': 'coin',
  'near-low-income': 'coin',
  'lone-elder': 'elder',
  'veteran-care': 'medal',
  'child-in-need': 'child',
  pregnant: 'heart',
  'renter-new': 'key',
  other: 'more',
}

/** A tag of a resident: a plain icon beside its word, never a colour. */
export const tagIcon = (tag: Tag): IconName => TAGS[tag]

const CONDITIONS: Record<Condition, Look> = {
  fine: toned('done', 'fine', 'condition.fine'),
  watch: toned('move', 'watch', 'condition.watch'),
  worry: toned('need', 'worry', 'condition.worry'),
  danger: { ...urgencyLook(0), message: 'condition.danger' },
}

/** Look of how a person is. */
export const conditionLook = (condition: Condition): Look => CONDITIONS[condition]
