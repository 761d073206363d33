// One short message at the bottom, with an undo where undoing is possible.
import { ref } from 'vue'

type Snack = { text: string; act?: { text: string; run: () => void } }

const SHOWN_MS = 5_000

export const snack = ref<Snack | null>(null)
let timer: number | undefined
let settle: (() => void) | undefined

function clear() {
  window.clearTimeout(timer)
  snack.value = null
  settle?.()
  settle = undefined
}

/** Says something. */
export function say(text: string): void {
  clear()
  snack.value = { text }
  timer = window.setTimeout(clear, SHOWN_MS)
}

/** Says that something will be done and offers to undo it; `commit` runs when nobody did. */
export function sayUndoable(text: string, undoText: string, undo: () => void, commit: () => void): void {
  clear()
  settle = commit
  snack.value = {
    text,
    act: {
      text: undoText,
      run: () => {
        settle = undefined
        clear()
        undo()
      },
    },
  }
  timer = window.setTimeout(clear, SHOWN_MS)
}

/** Does now what was waiting for an undo, such as when the page is left. */
export const settleNow = clear

// The system may end an app that nobody sees: what was decided does not wait for the undo to pass.
document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && settle && clear())
