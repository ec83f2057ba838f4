import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { parseGitList } from '../../../src/credentials/gitConfigText.ts';
import { parseConfig } from '../../../src/workspace/git/parseConfig.ts';

/** What git itself reads; undefined when it does not. */
function byGit(text: string) {
  const argv = ['config', '--file', '-', '--no-includes', '--list', '-z'];
  const { status, stdout } = spawnSync('git', argv, { input: text, encoding: 'utf8', cwd: '/', timeout: 10_000 });
  return status === 0 ? parseGitList(stdout) : undefined;
}

it.each([
  '',
  '[core]\n\tbare = false\n\trepositoryFormatVersion = 0\n',
  '[Core] bare\n[remote "Or i.gin"]\r\n\turl = https://h/x # y\r\n\tfetch = +refs/heads/*:refs/remotes/origin/*',
  '\uFEFF[a.B]\nc = "x ; y" ; z\nd=a\\\n  b\n e = "\\t\\n\\b\\\\\\""',
  '[a "b\\"c\\\\d\\e"]\nf = g  h\ti   \n',
  '[alias]\nx = "!f() { echo \\"a\\"; }; f"\n',
  '[a]\nb = "x',
  '[a]\nb = \\x',
  '[a]\n1b = x',
  '[a\nb = x',
  'a = b',
  '[a]b=c[d]\n',
  '[a "b" ]\nc=d',
  '[a]\nb=c\\',
])('%j is read as git reads it', (text) => {
  expect(parseConfig(text)).toEqual(byGit(text));
});

it('reads what a hundred dice write as git does', () => {
  const parts = [
    '[',
    ']',
    '"',
    '\\',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '#',
    ';',
    '=',
    'a',
    'B',
    '-',
    '.',
    '[a]\n',
    '[a "b"]\n',
    'c = d',
    'e',
    '\\n',
    'ü',
    '[core]\n\tx = "',
  ];
  let seed = 7;
  const dice = (sides: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * sides);
  };
  let readable = 0;
  for (let round = 0; round < 300; round += 1) {
    const text = `[s]\n${Array.from({ length: dice(14) }, () => parts[dice(parts.length)]).join('')}`;
    const expected = byGit(text);
    if (expected !== undefined) readable += 1;
    expect([text, parseConfig(text)]).toEqual([text, expected]);
  }
  expect(readable).toBeGreaterThan(50);
});
