import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { say, setVolume } from '../../../src/ui/io.ts';
import { waiting } from '../../../src/ui/waiting.ts';
import { testContext } from '../support/command.ts';

const CLEAR = '\r\u001b[2K';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function place(live: boolean) {
  const { io, written } = testContext('/nowhere');
  return { io: { ...io, live, volume: { quiet: false, verbose: false } }, written };
}

/** Waits so many milliseconds for something; gives what was on the terminal by then, and what at the end. */
async function waitedFor(milliseconds: number, { io, written }: ReturnType<typeof place>) {
  let end = () => {};
  const work = new Promise<number>((resolve) => {
    end = () => resolve(7);
  });
  const waited = waiting(io, 'starting the gateway', work);
  await vi.advanceTimersByTimeAsync(milliseconds);
  const meanwhile = written.err;
  end();
  expect(await waited).toBe(7);
  return { meanwhile, after: written.err.slice(meanwhile.length) };
}

test('a short wait says nothing, on a terminal or not', async () => {
  expect(await waitedFor(450, place(true))).toEqual({ meanwhile: '', after: '' });
  expect(await waitedFor(4900, place(false))).toEqual({ meanwhile: '', after: '' });
});

test('on a terminal a longer one is a line that goes without a trace', async () => {
  const { meanwhile, after } = await waitedFor(3050, place(true));
  const lines = meanwhile.split(CLEAR).slice(1);
  expect(lines[0]).toMatch(/^\S starting the gateway…$/);
  expect(lines.at(-1)).toMatch(/^\S starting the gateway… 3s$/);
  expect(meanwhile).not.toContain('\n');
  expect(after).toBe(CLEAR);
});

test('elsewhere it is one plain line', async () => {
  const { meanwhile, after } = await waitedFor(60_000, place(false));
  expect(meanwhile).toBe('agentbox: starting the gateway…\n');
  expect(after).toBe('');
});

test('with --quiet it is nothing', async () => {
  const quiet = place(true);
  setVolume(quiet.io, { quiet: true });
  expect(await waitedFor(60_000, quiet)).toEqual({ meanwhile: '', after: '' });
});

test('what is said meanwhile has a line of its own', async () => {
  const { io, written } = place(true);
  const waited = waiting(io, 'filling the clone', new Promise((resolve) => setTimeout(resolve, 900)));
  await vi.advanceTimersByTimeAsync(650);
  say(io, 'news');
  expect(written.err.endsWith(`${CLEAR}news\n`)).toBe(true);
  await vi.advanceTimersByTimeAsync(300);
  await waited;
  expect(written.err.endsWith(CLEAR)).toBe(true);
});

test('a wait that fails leaves nothing and is told by whoever waits', async () => {
  const { io, written } = place(true);
  const failed = waiting(io, 'asking', new Promise((_, reject) => setTimeout(reject, 800, new Error('no'))));
  const caught = expect(failed).rejects.toThrow('no');
  await vi.advanceTimersByTimeAsync(900);
  await caught;
  expect(written.err.endsWith(CLEAR)).toBe(true);
});
