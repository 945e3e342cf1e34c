import { defineConfig } from 'vite';
import { packed } from './src/build/packed.ts';
import { tokens } from './src/build/tokens.ts';

export default defineConfig({
  plugins: [tokens(), packed()],
  build: {
    outDir: '../dist/pages',
    emptyOutDir: true,
    // A file within a file would be an address that the content security policy does not let in.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    reportCompressedSize: false,
  },
});
