// What a browser has and happy-dom has not.
import { afterEach, vi } from 'vitest'

import { tearDown } from './support'

URL.createObjectURL ??= () => 'blob:picture'
URL.revokeObjectURL ??= () => undefined
window.scrollTo = vi.fn() as unknown as typeof window.scrollTo

afterEach(tearDown)
