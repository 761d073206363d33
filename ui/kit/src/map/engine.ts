// The only file that imports MapLibre; it is loaded when a map is first shown and weighs half a megabyte.
import 'maplibre-gl/dist/maplibre-gl.css'

import { Map as GlMap, Marker, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'

setWorkerUrl(workerUrl)

export { GlMap, Marker }
