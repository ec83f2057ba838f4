import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CancelledError, UsageError } from '../../../src/errors.ts';
import { terminalPrompter } from '../../../src/ui/prompterTerminal.ts';

function prompter(terminal: { in: boolean; err: boolean }) {
  const [input, err] = [new PassThrough(), new PassThrough()];
  let seen = '';
  err.on('data', (chunk) => {
    seen += String(chunk);
  });
  const io = {
    in: input,
    out: new PassThrough(),
    err,
    inIsTerminal: terminal.in,
    outIsTerminal: true,
    errIsTerminal: terminal.err,
    columns: 80,
    colour: false,
  };
  return { input, ask: terminalPrompter(io), shown: () => seen };
}

test.each([
  ['y', true],
  ['n', false],
  ['\r', false],
])('the key %j answers %s', async (key, answer) => {
  const { input, ask } = prompter({ in: true, err: true });
  const asked = ask.confirm('Remove it?', '--yes');
  await setTimeout(50);
  input.write(key);
  expect(await asked).toBe(answer);
});

test('Ctrl-C cancels', async () => {
  const { input, ask } = prompter({ in: true, err: true });
  const asked = ask.confirm('Remove it?', '--yes');
  await setTimeout(50);
  input.write('\x03');
  await expect(asked).rejects.toThrow(CancelledError);
});

test.each([
  { in: false, err: true },
  { in: true, err: false },
])('without a terminal (%j) the question names the flag that answers it', async (terminal) => {
  const { ask } = prompter(terminal);
  const error = await ask.confirm('Remove it?', '--yes').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ next: ['add --yes'] });
});

test('a secret is taken as it is typed, and nothing of it is shown', async () => {
  const { input, ask, shown } = prompter({ in: true, err: true });
  const asked = ask.secret('Value?', 'agentbox creds set X < FILE');
  await setTimeout(50);
  const before = shown().length;
  input.write('qzjx');
  await setTimeout(50);
  expect(shown().slice(before)).toBe('');
  input.write('\r');
  expect(await asked).toBe('qzjx');
  expect(shown()).not.toMatch(/[qzjx\u2022]/);
});

test('Ctrl-C while a secret is typed cancels', async () => {
  const { input, ask } = prompter({ in: true, err: true });
  const asked = ask.secret('Value?', 'agentbox creds set X < FILE');
  await setTimeout(50);
  input.write('abc\x03');
  await expect(asked).rejects.toThrow(CancelledError);
});
