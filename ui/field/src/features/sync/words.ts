// What is said of the whole phone.
import { useI18n } from 'vue-i18n'

import type { SyncView } from '../../platform/types'
import { useSession } from '../../queries'

/** The word for all of it. Photos that belong to no record of mine any more, such as an original the office asked for, count too. */
export const overall = (sync: SyncView): SyncView['word'] => (sync.word === 'delivered' && sync.photos_waiting > 0 ? 'on_phone' : sync.word)

/** By which way things go, and what goes by it. */
export function useNetworkLine() {
  const { t } = useI18n({ useScope: 'global' })
  const { data: session } = useSession()
  return (sync: SyncView): string => {
    // The phone uses none then, whatever there is.
    const network = session.value?.settings.network === 'offline' ? t('settings.network.offline') : t(`sync.network.${sync.network}`)
    return t('sync.networkLine', { network, rule: t(`sync.rule.${sync.rule}`) })
  }
}
