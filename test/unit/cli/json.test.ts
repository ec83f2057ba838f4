import { expect, test } from 'vitest';
import { runProgram } from '../../../src/cli/program.ts';
import { SHAPES } from '../../support/shapes.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

test.each([
  'client ls',
  'client show default',
  'config path',
  'config show',
  'config validate',
  'creds',
  'trust --list',
  'usage',
  'prune',
  'sync',
  'net show',
])('%s --json has the shape that docs/json.md tells of', async (line) => {
  const context = testContext(await temporary(), { boxes: [] });
  await runProgram([...line.split(' '), '--json'], context);
  const name = line.replace(' default', '');
  const parsed = SHAPES[name]?.safeParse(JSON.parse(context.written.out));
  expect(parsed?.error?.message).toBeUndefined();
  expect(parsed?.success).toBe(true);
});
