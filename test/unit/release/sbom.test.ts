import { expect, test } from 'vitest';
import { packagesOf } from '../../../scripts/release/sbom.ts';

test('the packages of a bundle are the innermost ones that its files lie in, each once', () => {
  const inputs = [
    'src/main.ts',
    'replaced:ssh2',
    'node_modules/zod/v4/core.js',
    'node_modules/zod/index.js',
    'node_modules/@clack/core/dist/index.mjs',
    'node_modules/execa/node_modules/signal-exit/dist/index.js',
  ];
  expect(packagesOf(inputs)).toEqual([
    'node_modules/@clack/core',
    'node_modules/execa/node_modules/signal-exit',
    'node_modules/zod',
  ]);
});
