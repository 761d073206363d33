// The phone of the browser demo. The address line sets it up: `?enrolled=no`, `?empty`, `?offline`, `?lang=en`,
// `?theme=dark`, `?size=160`, `?fail=getToday`, `?hang=getToday`, `?nofix`, `?locked`,
// `?revoked`, `?taken=wipe`, `?unknown`, `?held=2`, `?lost`. A script on the page finds the phone as `xunge`.
import type { RevokeOrder } from '@xunge/kit/generated/RevokeOrder'

import type { Port } from './port'
import { fakePhone, type FakePhone, type Knobs } from './fake/phone'

export { fakePhone, type FakePhone, type Knobs }

function wishes(search: string): Partial<Knobs> {
  const ask = new URLSearchParams(search)
  const failing = ask.get('fail')
  const hanging = ask.get('hang')
  return {
    enrolled: ask.get('enrolled') !== 'no',
    empty: ask.has('empty'),
    online: !ask.has('offline'),
    position: !ask.has('nofix'),
    behindPin: ask.has('locked'),
    locked: ask.has('revoked') ? 'revoked' : ask.has('clock') ? 'clock' : null,
    takenBack: ask.has('taken') ? ((ask.get('taken') || 'upload_then_wipe') as RevokeOrder) : null,
    lostPhoto: ask.has('lost'),
    unknown: ask.has('unknown'),
    heldBack: Number(ask.get('held') ?? 0),
    failing: failing ? { [failing as keyof Port]: { code: 'phone_write' } } : {},
    hanging: new Set(hanging ? [hanging as keyof Port] : []),
    settings: {
      language: ask.get('lang') === 'en' ? 'en' : 'zh-CN',
      theme: (ask.get('theme') as 'system' | null) ?? 'system',
      text_size: Number(ask.get('size') ?? 100),
    },
  }
}

/** The phone of this browser tab. */
export const phone: FakePhone = fakePhone(wishes(window.location.search))

Object.assign(window, { xunge: phone })
