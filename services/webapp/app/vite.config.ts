import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// The server embeds `dist/`. Names carry a hash, so that everything in `assets/` can be cached for ever.
// Nothing is inlined: the content security policy allows files of this origin only.
export default defineConfig({
  base: '/',
  resolve: { alias: { '~': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    reportCompressedSize: true,
  },
  server: {
    // `npm run dev` beside a running meter or twin: EMS_URL says where it listens.
    proxy: { '/api': { target: process.env['EMS_URL'] ?? 'https://127.0.0.1:8443', secure: false, ws: true } },
  },
});
