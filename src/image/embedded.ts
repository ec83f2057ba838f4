import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Assets } from './assets.ts';
import { readImages } from './readImages.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const gateway = at('dist/gateway.mjs');

/**
 * The files of images/, read from the source tree, with the gateway's program where it was built. In the bundle scripts/build.ts
 * replaces this module by their text.
 */
export const images: Assets = {
  ...readImages(at('images')),
  ...(existsSync(gateway) ? { 'gateway/gateway.mjs': { content: readFileSync(gateway, 'utf8'), mode: 0o644 } } : {}),
};
