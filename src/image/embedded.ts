import { fileURLToPath } from 'node:url';
import type { Assets } from './assets.ts';
import { readImages } from './readImages.ts';

/** The files of images/, read from the source tree. In the bundle scripts/build.ts replaces this module by their text. */
export const images: Assets = readImages(fileURLToPath(new URL('../../images', import.meta.url)));
