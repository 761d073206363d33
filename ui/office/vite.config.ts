import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { fakeServer } from './fake/plugin.ts'

// In development `/v1` goes to the street's server, or, with `--mode fake`, to an in-memory one.
const server = process.env['XUNGE_SERVER'] ?? 'http://127.0.0.1:8420'

export default defineConfig(({ mode }) => ({
  resolve: { dedupe: ['vue', 'vue-i18n'] },
  plugins: [vue(), ...(mode === 'fake' ? [fakeServer()] : [])],
  build: { target: ['chrome87', 'safari15'], chunkSizeWarningLimit: 1200 },
  server: mode === 'fake' ? {} : { proxy: { '/v1': server } },
  test: { testTimeout: 30_000, environment: 'happy-dom', environmentOptions: { happyDOM: { url: 'http://office.test/' } }, include: ['tests/**/*.test.ts'], setupFiles: ['tests/setup.ts'] },
}))
