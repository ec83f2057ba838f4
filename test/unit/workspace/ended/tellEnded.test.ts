import { describe, expect, it } from 'vitest';
import { tellEnded } from '../../../../src/workspace/ended/tellEnded.ts';
import type { Risk } from '../../../../src/workspace/landing/change.ts';

const WORDS = { title: 'look:', incomplete: 'more than is looked through', all: 'git diff', lines: 2 };
const risk = (path: string, rule: string): Risk => ({ rule, level: 'ask', path, reason: `${rule} runs it` });
const NONE = { risks: [], secrets: [], complete: true };

describe('what is told at the end of a box', () => {
  it('is nothing when there is nothing', () => {
    expect(tellEnded(NONE, WORDS)).toEqual([]);
  });

  it('is a line for each reason, with a few paths, and a count of what is left', () => {
    const risks = [
      ...['a', 'b', 'c', 'd', 'e'].map((path) => risk(path, 'ci')),
      risk('f', 'build'),
      risk('g', 'shell'),
    ];
    const secrets = [{ rule: 'npm', path: 'x', line: 3, masked: 'npm_•••• (40 characters)' }];
    expect(tellEnded({ ...NONE, risks, secrets }, WORDS)).toEqual([
      'look:',
      '  secret: x:3: npm_•••• (40 characters) [npm]',
      '  a, b, c and 2 more: ci runs it [ci]',
      '  and 2 more: git diff',
    ]);
  });

  it('says whose value a secret is, and each place once', () => {
    const finding = { rule: 'known-value', path: 'x', line: 3, masked: '•••• (9 characters)', credential: 'KEY' };
    expect(tellEnded({ ...NONE, secrets: [finding, finding, { ...finding, line: 4 }] }, WORDS)[1]).toBe(
      '  secret: x:3, x:4: the value of KEY, •••• (9 characters) [known-value]',
    );
  });

  it('says that not all was looked through, also where nothing was found', () => {
    expect(tellEnded({ ...NONE, complete: false }, WORDS)).toEqual(['more than is looked through: git diff']);
    expect(tellEnded({ ...NONE, complete: false }, { ...WORDS, all: undefined })).toEqual([
      'more than is looked through',
    ]);
  });

  it('cannot move a cursor', () => {
    expect(tellEnded({ ...NONE, risks: [risk('\u001b[2Jx', 'ci')] }, WORDS)[1]).toBe('  \\u{1b}[2Jx: ci runs it [ci]');
  });
});
