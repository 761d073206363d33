import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Vant's icon font is not used and names a host outside the app. */
const withoutVantIcons = (): Plugin => ({
  name: 'without-vant-icons',
  enforce: 'pre',
  load: (id: string) => (/vant\/es\/icon\/index\.css/.test(id) ? '' : undefined),
})

// `vite build` makes the app for the real phone. `--mode demo` and `vite dev` run on the phone in memory (platform/fake.ts).
export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [vue(), withoutVantIcons()],
  define: {
    __REAL_PHONE__: JSON.stringify(mode === 'production'),
    __VUE_I18N_FULL_INSTALL__: false,
    __VUE_I18N_LEGACY_API__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_OPTIONS_API__: true,
  },
  build: {
    outDir: mode === 'demo' ? 'dist-demo' : 'dist',
    target: ['chrome87', 'safari15'],
    cssTarget: ['chrome87', 'safari15'],
    manifest: true,
    chunkSizeWarningLimit: 1200,
  },
  worker: { format: 'es' as const },
  server: { port: 5173, strictPort: true, fs: { allow: [fileURLToPath(new URL('../..', import.meta.url))] } },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    css: false,
    testTimeout: 30_000,
    server: { deps: { inline: ['vant'] } },
  },
}))
