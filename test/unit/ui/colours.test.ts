import { expect, test } from 'vitest';
import { coloursOf } from '../../../src/ui/colours.ts';

const both = { out: true, err: true };
const none = { out: false, err: false };

test.each([
  [{}, { out: true, err: false }, { out: true, err: false }],
  [{ NO_COLOR: '1' }, both, none],
  [{ NO_COLOR: '' }, both, both],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, both, none],
  [{ FORCE_COLOR: '1' }, none, both],
  [{ CLICOLOR_FORCE: '1' }, none, both],
  [{ CLICOLOR_FORCE: '0' }, none, none],
  [{ FORCE_COLOR: '0' }, both, none],
  [{ CLICOLOR: '0' }, both, none],
  [{ CLICOLOR: '1' }, none, none],
  [{ TERM: 'dumb' }, both, none],
  [{ TERM: 'dumb', FORCE_COLOR: '1' }, both, both],
])('%j on terminals %j: colours on %j', (env, terminals, colours) => {
  expect(coloursOf(env, terminals)).toEqual(colours);
});
