import { describe, expect, it } from 'vitest';
import { fold } from '../../../../src/workspace/sinks/fold.ts';
import { SINKS } from '../../../../src/workspace/sinks/list.ts';
import { RULES, step } from '../../../../src/workspace/sinks/rules.ts';

const follow = (path: string) =>
  path.split('/').reduce<typeof RULES | undefined>((node, name) => node && step(node, fold(name)), RULES);

describe('the list of sinks', () => {
  it.each(SINKS.flatMap(({ paths }) => paths))('%s is found by its name, in any case of letters', (path) => {
    const name = path.replaceAll('*', 'x');
    expect([follow(name)?.ends, follow(name.toUpperCase())?.ends]).toEqual([true, true]);
  });

  it('has no path twice, and a reason for each', () => {
    const paths = SINKS.flatMap(({ paths: all }) => all);
    expect(new Set(paths).size).toBe(paths.length);
    for (const { reason } of SINKS) expect(reason).toMatch(/^\S.* .*[^.]$/);
  });

  it.each([
    'package.json',
    'Makefile',
    '.env',
    '.claude',
    '.github/workflows',
    '.python-version',
    '.venv',
    'settings.json',
  ])('%s runs only when somebody asks for it, or not at all', (path) => {
    expect(follow(path)?.ends ?? false).toBe(false);
  });

  it('compares names as the most lenient file system does', () => {
    expect(['.VSCode', '.vs\u200ccode', '.vſcode', '.ＶＳcode'].map(fold)).toEqual(Array(4).fill('.vscode'));
    expect(fold('.gi\u200dt')).toBe('.git');
  });
});
