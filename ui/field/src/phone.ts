// The phone as components reach it.
import { inject, type InjectionKey } from 'vue'

import type { Port } from './platform/port'

/** Where `createField` puts the phone. */
export const PHONE: InjectionKey<Port> = Symbol('phone')

/** The phone. Only composables call it; components take props and emit events. */
export function usePhone(): Port {
  const phone = inject(PHONE)
  if (!phone) throw new Error('no phone was provided')
  return phone
}
