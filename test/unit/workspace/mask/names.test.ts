import { expect, it } from 'vitest';
import { isSecretsFile } from '../../../../src/workspace/mask/names.ts';

it.each(['.env', '.env.local', '.env.production', '.env.example.local'])('%s has secrets', (name) => {
  expect(isSecretsFile(name)).toBe(true);
});

it.each([
  '.envrc',
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  '.env.defaults',
  '.environment',
  'env',
])('%s has none', (name) => {
  expect(isSecretsFile(name)).toBe(false);
});
