import { expect, test } from 'vitest';
import { nearestBox } from '../../../src/box/nearestBox.ts';

const SHOP = 'agentbox-acme-shop-claude-3f2a';
const BLOG = 'agentbox-acme-blog-claude-91bc';

test.each([
  ['shp', SHOP],
  ['blgo', BLOG],
  ['3f2b', SHOP],
  ['agentbox-acme-shop-claude-3f2b', SHOP],
  // That could be either.
  ['claud', undefined],
  ['nothing-like-it', undefined],
])('by %s most likely %s is meant', (word, name) => {
  expect(nearestBox(word, [SHOP, BLOG])).toBe(name);
});
