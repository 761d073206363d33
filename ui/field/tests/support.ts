// A screen is tested by route, tap and what the person then sees, on the phone in memory.
// Waits are generous: the machine that runs this may be busy.
import { createMemoryHistory } from 'vue-router'
import { expect, vi } from 'vitest'
import type { App } from 'vue'

import { createField } from '../src/app'
import { fakePhone, type FakePhone, type Knobs } from '../src/platform/fake/phone'

const PATIENCE = { timeout: 8_000, interval: 20 }

/** Waits until `check` passes. */
export const until = <T>(check: () => T | Promise<T>) => vi.waitFor(check, PATIENCE)

let running: { app: App; root: HTMLElement } | undefined

/** Removes what a test has put on the page. */
export function tearDown() {
  running?.app.unmount()
  running?.root.remove()
  running = undefined
  document.body.innerHTML = ''
}

/** The app at `path`, on a phone that behaves as `wishes` say. */
export async function at(path: string, wishes: Partial<Knobs> = {}): Promise<Screen> {
  return on(fakePhone(wishes), path)
}

/** The app at `path` on this phone. */
export async function on(phone: FakePhone, path: string): Promise<Screen> {
  const history = createMemoryHistory()
  history.replace(path)
  const root = document.body.appendChild(document.createElement('div'))
  const app = createField(phone, history)
  running = { app, root }
  app.mount(root)
  return new Screen(phone, history)
}

export class Screen {
  constructor(
    readonly phone: FakePhone,
    private readonly history: { location: string },
  ) {}

  get path(): string {
    return this.history.location
  }

  all(name: string): HTMLElement[] {
    return [...document.querySelectorAll<HTMLElement>(`[data-test="${name}"]`)]
  }

  /** Waits for the first element of this name. */
  async find(name: string): Promise<HTMLElement> {
    return until(() => {
      const found = this.all(name)[0]
      if (!found) throw new Error(`nothing is called ${name} in: ${document.body.textContent?.slice(0, 400)}`)
      return found
    })
  }

  async tap(name: string) {
    const target = await this.find(name)
    target.click()
    await this.calm()
  }

  async type(name: string, text: string) {
    const field = (await this.find(name)) as HTMLInputElement
    field.value = text
    field.dispatchEvent(new Event('input', { bubbles: true }))
    field.dispatchEvent(new FocusEvent('blur', { bubbles: true }))
    field.dispatchEvent(new FocusEvent('focusout', { bubbles: true }))
    await this.calm()
  }

  /** Chooses files as a person does in the file dialogue. */
  async choose(name: string, ...files: File[]) {
    const field = (await this.find(name)) as HTMLInputElement
    Object.defineProperty(field, 'files', { value: files, configurable: true })
    field.dispatchEvent(new Event('change', { bubbles: true }))
    await this.calm()
  }

  /** Waits until the screen says this. */
  async says(text: string | RegExp) {
    await until(() => expect(document.body.textContent).toMatch(text))
  }

  async goes(path: string | RegExp) {
    await until(() => expect(this.path).toMatch(path))
  }

  private calm = () => new Promise((resolve) => setTimeout(resolve, 0))
}

/** A small file that claims to be a picture. */
export const picture = (name = 'tree.jpg', bytes = 2000) => new File([new Uint8Array(bytes).fill(7)], name, { type: 'image/jpeg' })

export async function enterPin(screen: Screen, pin: string) {
  for (const digit of pin) await screen.tap(`pin-${digit}`)
}
