import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { parsePlan } from '../../../../src/workspace/review/landingPlan.ts';
import { pagerOf } from '../../../../src/workspace/review/pager.ts';
import { harmless, terminalPatch } from '../../../../src/workspace/review/patchText.ts';
import { projectPaths } from '../../../../src/workspace/review/pathspecs.ts';
import { parseSnapshot } from '../../../../src/workspace/review/snapshot.ts';

const named = (name: string) => (line: string) => `<${name}>${line}`;
const PALETTE = { red: named('red'), green: named('green'), bold: named('bold'), dim: named('dim') };

test('nothing in a patch acts on a terminal', () => {
  expect(harmless('a\u001b[31mb\u0007\u009bc\u202ed\te')).toBe('a\\u{1b}[31mb\\u{7}\\u{9b}c\\u{202e}d\te');
});

test('what is content is counted, so that it cannot look like a heading, wherever the stream is cut', async () => {
  const patch = [
    'diff --git a/x b/x',
    '--- a/x',
    '+++ b/x',
    '@@ -1,2 +1,3 @@',
    ' same\u001b[2J',
    '--- a/not a heading',
    '+++ b/ü not one',
    '+@@ -1,9 +1,9 @@',
    'diff --git a/y b/y',
    '',
  ].join('\n');
  const bytes = Buffer.from(patch);
  const chunks = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) =>
    bytes.subarray(7 * index, 7 * index + 7),
  );
  const shown = await text(Readable.from(chunks).pipe(terminalPatch(PALETTE)));
  expect(shown.split('\n')).toEqual([
    '<bold>diff --git a/x b/x',
    '<bold>--- a/x',
    '<bold>+++ b/x',
    '<dim>@@ -1,2 +1,3 @@',
    ' same\\u{1b}[2J',
    '<red>--- a/not a heading',
    '<green>+++ b/ü not one',
    '<green>+@@ -1,9 +1,9 @@',
    '<bold>diff --git a/y b/y',
    '',
  ]);
});

test('a pager is words, never a shell’s line', () => {
  expect(pagerOf({})).toEqual(['less']);
  expect(pagerOf({ PAGER: 'less -S; rm x' })).toEqual(['less', '-S;', 'rm', 'x']);
  expect(pagerOf({ PAGER: 'cat' })).toEqual([]);
  expect(pagerOf({ PAGER: '' })).toEqual([]);
});

test('paths are those of the project, wherever the caller is', () => {
  expect(projectPaths(['b', '../c', '/p/d'], '/p/a', '/p')).toEqual(['a/b', 'c', 'd']);
  expect(projectPaths(['src/x'], '/elsewhere', '/p')).toEqual(['src/x']);
  expect(() => projectPaths(['../../x'], '/p/a', '/p')).toThrow('is not in /p');
});

test('what a helper box says is taken for no more than it is', () => {
  const tokens = (...all: string[]) => Buffer.from(all.map((token) => `${token}\0`).join(''));
  const id = 'a'.repeat(40);
  expect(() => parseSnapshot(tokens('base', '-', 'head', '--all', 'main', id, id, 'end'))).toThrow('wrongly');
  expect(() => parseSnapshot(tokens('base', id))).toThrow('less than it should');
  expect(() => parsePlan(tokens('step', 'x', '100600', id, '-', '-', 'end'))).toThrow('mode');
  expect(() => parsePlan(tokens('way', 'forward', id, id, '../x', 'new', '', 'end'))).toThrow('branch');
  expect(() => parsePlan(tokens('surprise', 'end'))).toThrow('surprise');
});
