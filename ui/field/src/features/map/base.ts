// The base map as the phone has it: the street's own data, an imported archive, or none.
import type { MapBase } from '@xunge/kit/map/style'
import { useQuery } from '@tanstack/vue-query'
import type { FeatureCollection } from 'geojson'
import { useI18n } from 'vue-i18n'

import { usePhone } from '../../phone'
import type { MapView } from '../../platform/types'
import { useMapView } from '../../queries'

export function useMapBase() {
  const phone = usePhone()
  const view = useMapView()
  const { t } = useI18n({ useScope: 'global' })

  async function load(map: MapView): Promise<MapBase> {
    if (map.base === 'imported') {
      const [minzoom, maxzoom] = map.imported_zoom ?? [0, 14]
      return { kind: 'tiles', url: phone.address('tile://localhost/{z}/{x}/{y}'), minzoom, maxzoom, attribution: t('map.osm') }
    }
    if (map.base === 'none') return { kind: 'none' }
    const answer = await fetch(phone.address('tile://localhost/base.json'))
    return answer.ok ? { kind: 'street', data: (await answer.json()) as FeatureCollection } : { kind: 'none' }
  }

  const base = useQuery({
    queryKey: ['map', 'base', () => view.data.value?.base, () => view.data.value?.imported_zoom],
    queryFn: () => load(view.data.value as MapView).catch((): MapBase => ({ kind: 'none' })),
    enabled: () => view.data.value !== undefined,
  })
  return { view, base: base.data }
}
