// What the phone refused because it is locked is asked again once it is open: locking loses nothing of what is being typed or
// photographed.
import { isWireError } from '@xunge/kit/errors'

import type { Port } from './port'

/** Commands of the lock itself; they answer while everything else is refused. */
const OF_LOCK = new Set<PropertyKey>(['getLock', 'setPin', 'changePin', 'unlock', 'lockNow', 'touch'])
/** Not commands. */
const AT_ONCE = new Set<PropertyKey>(['onChanged', 'address'])

/** `phone`, whose refused commands wait; `refused` is told of each. */
export function behindLock(phone: Port, refused: () => void): Port {
  let waiting: (() => void)[] = []
  const goOn = () => {
    const all = waiting
    waiting = []
    all.forEach((next) => next())
  }
  phone.onChanged((topics) => topics.includes('lock') && goOn())
  const untilOpen = async () => {
    // Before the question: the lock may open while the answer is on its way.
    const opened = new Promise<void>((next) => waiting.push(next))
    if ((await phone.getLock()).standing === 'locked') await opened
  }
  const patient = (command: (...args: unknown[]) => Promise<unknown>) => async (...args: unknown[]) => {
    for (;;) {
      try {
        return await command(...args)
      } catch (thrown) {
        if (!isWireError(thrown) || thrown.code !== 'locked') throw thrown
        refused()
        await untilOpen()
      }
    }
  }
  return new Proxy(phone, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function' || OF_LOCK.has(name) || AT_ONCE.has(name)) return member
      return patient(member.bind(target) as (...args: unknown[]) => Promise<unknown>)
    },
  })
}
