import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configJsonSchema } from '../../../src/config/schema.ts';

test('config.schema.json is what the schema gives; npm run schema writes it', () => {
  const file = new URL('../../../config.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(configJsonSchema());
});

test('every key is described, and no unknown key is allowed', () => {
  const visit = (node: unknown, path: string): string[] => {
    if (typeof node !== 'object' || node === null) return [];
    const { properties = {}, additionalProperties } = node as { properties?: object; additionalProperties?: unknown };
    const silent = Object.entries(properties)
      .filter(([, rule]) => !('description' in rule))
      .map(([key]) => `${path}.${key}`);
    const open = Object.keys(properties).length > 0 && additionalProperties !== false ? [`${path} is open`] : [];
    return [...silent, ...open, ...Object.entries(node).flatMap(([key, value]) => visit(value, `${path}.${key}`))];
  };
  expect(visit(configJsonSchema(), '')).toEqual([]);
});
