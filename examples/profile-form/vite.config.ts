import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const idpatch = new URL(process.env.IDPATCH_URL ?? 'http://127.0.0.1:4000');

/** The dev server of the form, on this machine alone, with idpatch behind `/graphql`: one origin, so no CORS. */
export default defineConfig({
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    port: Number(process.env.PORT ?? 5173),
    strictPort: true,
    cors: false,
    proxy: {
      '/graphql': {
        target: idpatch.origin,
        // idpatch answers to its own host, and to pages of its own origin. Only this page is made one of them: the
        // Origin of any other stays as it is, as does Sec-Fetch-Site, and is refused.
        changeOrigin: true,
        configure(proxy) {
          proxy.on('proxyReq', (outgoing, { headers }) => {
            if (headers.origin === `http://${headers.host}`) outgoing.setHeader('origin', idpatch.origin);
          });
        },
      },
    },
  },
});
