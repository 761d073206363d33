import '@xunge/kit/tokens.css'
import '@xunge/kit/base.css'
import './styles.css'

import { createField } from './app'
import type { Port } from './platform/port'

async function phoneOfThisBuild(): Promise<Port> {
  if (__REAL_PHONE__) return (await import('./platform/tauri')).phone
  return (await import('./platform/fake')).phone
}

void phoneOfThisBuild().then((phone) => createField(phone).mount('#app'))
