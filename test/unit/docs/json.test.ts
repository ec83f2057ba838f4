import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SHAPES } from '../../support/shapes.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/json.md', import.meta.url)), 'utf8');
const examples = [...page.matchAll(/^```json (.+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => ({
  name,
  text,
}));

test('docs/json.md has an example of every shape', () => {
  expect(examples.map(({ name }) => name).sort()).toEqual(Object.keys(SHAPES).sort());
});

test.each(examples)('the example of $name has its shape', ({ name, text }) => {
  // Of what is printed one a line, more than one line may be shown.
  for (const value of name.startsWith('net log') ? text.trim().split('\n') : [text]) {
    SHAPES[name]?.parse(JSON.parse(value));
  }
});
