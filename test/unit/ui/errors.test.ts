import { expect, test } from 'vitest';
import { CancelledError, UsageError, UserError } from '../../../src/errors.ts';
import { reportError } from '../../../src/ui/errors.ts';
import { printJson } from '../../../src/ui/io.ts';
import { SHAPES } from '../../support/shapes.ts';
import { testContext } from '../support/command.ts';

test.each([
  [new UserError('config', 'no', { why: 'so', next: ['do'] }), 125, { kind: 'config', why: 'so', next: ['do'] }],
  [new UsageError('wrong', ['right']), 2, { kind: 'usage', message: 'wrong', next: ['right'] }],
  [new CancelledError(), 130, { kind: 'cancelled' }],
  [new Error('token sk-123'), 125, { kind: 'bug', message: expect.not.stringContaining('sk-123') }],
])('%s with --json is an answer on standard output, and words on standard error', async (error, code, told) => {
  const { io, written } = testContext('/nowhere');
  expect(await reportError(io, error, true)).toBe(code);
  expect(SHAPES['error']?.parse(JSON.parse(written.out))).toMatchObject({ error: told });
  expect(written.err === '').toBe(error instanceof CancelledError);
});

test('without --json, or after an answer, standard output has no error', async () => {
  const plain = testContext('/nowhere');
  await reportError(plain.io, new UserError('config', 'no'));
  expect(plain.written).toMatchObject({ out: '', err: 'agentbox: no\n' });
  const answered = testContext('/nowhere');
  printJson(answered.io, { valid: false });
  await reportError(answered.io, new UserError('config', 'no'), true);
  expect(JSON.parse(answered.written.out)).toEqual({ valid: false });
});
