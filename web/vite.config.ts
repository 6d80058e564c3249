import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The address of a service that runs already, for `npm run dev` in this folder. */
const SERVICE = process.env['WANMI_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  root: here('.'),
  plugins: [
    vue(),
    components({ dts: here('components.d.ts'), dirs: [], resolvers: [ElementPlusResolver()] }),
  ],
  resolve: { alias: { '#model': here('../model'), '#web': here('.') } },
  worker: { format: 'es' },
  // The service takes changes from its own address alone, which here is that of the pages.
  server: {
    proxy: Object.fromEntries(
      ['/api', '/health'].map((path) => [path, { target: SERVICE, changeOrigin: false }]),
    ),
  },
  build: {
    outDir: here('dist'),
    emptyOutDir: true,
    target: 'es2023',
    // The sizes are judged by the check, by what goes over the wire.
    chunkSizeWarningLimit: 2_000,
    reportCompressedSize: false,
    manifest: true,
  },
})
