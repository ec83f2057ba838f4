import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { judge, passes } from '../../../src/verify/judge.ts';
import type { Expectation, Observation, Probe } from '../../../src/verify/probe.ts';

const probe = (expect: Expectation, more: Partial<Probe> = {}): Probe => ({
  id: 'x',
  group: 'G3',
  title: 'it holds',
  expect,
  ...more,
});
const done = (seen: string, more: Partial<Observation> = {}): Observation => ({ outcome: 'done', seen, ...more });
const refused = (seen: string): Observation => ({ outcome: 'refused', seen });
const refusal = (reason: string, status = 403) =>
  done('it answered', { reply: `HTTP/1.1 ${status} X\r\nX-Agentbox-Refused: ${reason}\r\n\r\nwords` });
const blocked: Expectation = { kind: 'blocked', reasons: ['not-allowed'] };
const stops: Expectation = { kind: 'stops' };

test.each<[what: string, expect: Expectation, seen: Observation | undefined, verdict: string, words: string]>([
  ['an attack that failed', { kind: 'fails' }, refused('EPERM'), 'green', 'EPERM'],
  ['an attack that succeeded', { kind: 'fails' }, done('connected'), 'red', 'connected'],
  ['an attack that was not made', { kind: 'fails' }, undefined, 'unknown', 'nothing was heard of it'],
  ['an attack that broke', { kind: 'fails' }, { outcome: 'error', seen: 'no fork' }, 'unknown', 'no fork'],
  ['a control that works', { kind: 'works' }, done('yes'), 'green', 'yes'],
  ['a control that does not', { kind: 'works' }, refused('EROFS'), 'red', 'EROFS'],
  ['what is as it should be', { kind: 'shows', check: () => undefined }, done('x'), 'green', 'as it should be'],
  ['what is not', { kind: 'shows', check: (seen) => `it is ${seen}` }, done('0'), 'red', 'it is 0'],
  [
    'what cannot be read',
    { kind: 'shows', check: () => undefined },
    refused('EACCES'),
    'red',
    'cannot be looked at: EACCES',
  ],
  ['a refusal of the gateway', blocked, refusal('not-allowed'), 'green', 'the gateway: not-allowed'],
  ['a refusal after it was tried', blocked, refusal('unresolved', 502), 'red', 'the gateway: unresolved'],
  ['a tunnel', blocked, done('it answered', { reply: 'HTTP/1.1 200 OK\r\n\r\n' }), 'red', 'HTTP/1.1 200 OK'],
  ['no gateway at all', blocked, refused('ECONNREFUSED'), 'red', 'ECONNREFUSED'],
  [
    'a refusal in a body',
    blocked,
    done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\nX-Agentbox-Refused: not-allowed\r\n' }),
    'red',
    '200 OK',
  ],
  [
    'an answer from behind',
    { kind: 'answers', text: 'hello' },
    done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\nhello' }),
    'green',
    '200 OK',
  ],
  [
    'an answer in a tunnel',
    { kind: 'answers', text: 'hello' },
    done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\n', after: 'hello' }),
    'green',
    '200 OK',
  ],
  ['another answer', { kind: 'answers', text: 'hello' }, refusal('denied'), 'red', 'HTTP/1.1 403 X'],
  ['a tunnel that carried nothing', stops, done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\n' }), 'green', 'it was cut off'],
  [
    'a tunnel that carried it',
    stops,
    done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\n', after: 'arrived' }),
    'red',
    'it was answered',
  ],
  [
    'a tunnel that ended with an alert',
    stops,
    done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\n', after: '\x15\x03\x03\0\x02\x02\x31' }),
    'green',
    'a TLS alert',
  ],
  ['an answer at once', stops, done('x', { reply: 'HTTP/1.1 200 OK\r\n\r\nSSH-2.0' }), 'red', 'it was answered'],
  ['no tunnel to try it in', stops, refused('ECONNREFUSED'), 'red', 'ECONNREFUSED'],
])('%s', (_, expected, seen, verdict, words) => {
  const row = judge(probe(expected), seen);
  expect(row.verdict).toBe(verdict);
  expect(row.seen).toContain(words);
});

test('what does not apply, and what this version does not hold, is told as that whatever was seen', () => {
  expect(judge(probe({ kind: 'fails' }, { skip: 'why' }), done('x'))).toMatchObject({
    verdict: 'skipped',
    seen: 'why',
  });
  expect(judge(probe({ kind: 'fails' }, { later: 'why' }), done('x'))).toMatchObject({ verdict: 'later', seen: 'why' });
});

describe('all in all it passes', () => {
  const row = (verdict: 'green' | 'red' | 'unknown' | 'skipped' | 'later') => ({
    ...judge(probe({ kind: 'fails' }), refused('EPERM')),
    verdict,
  });

  it('when nothing is red and nothing unknown', () => {
    expect(passes([row('green'), row('skipped'), row('later')])).toBe(true);
    expect(passes([row('green'), row('unknown')])).toBe(false);
    expect(passes([row('green'), row('red')])).toBe(false);
  });

  it('never when there was nothing to judge', () => {
    expect(passes([])).toBe(false);
  });
});

test('what a box says comes out as one plain line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (seen) => {
      const row = judge(probe({ kind: 'fails' }), done(seen));
      expect(row.seen).toMatch(/^[\x20-\x7e]{0,160}$/);
      expect(row.verdict).toBe('red');
    }),
  );
});
