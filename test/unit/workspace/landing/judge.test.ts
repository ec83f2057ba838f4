import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../../src/workspace/landing/change.ts';
import { judge, pathsRefused, pathsToAsk } from '../../../../src/workspace/landing/judge.ts';
import { judgementLines } from '../../../../src/workspace/landing/lines.ts';
import { secretFinder } from '../../../../src/workspace/landing/secrets/find.ts';
import { added, edited, link } from './support/changes.ts';

const VALUE = 'q7Zr2LkV9xNw4TbY';
const find = secretFinder([{ name: 'DEPLOY_KEY', value: VALUE }]);

describe('a judgement', () => {
  const changes: readonly Change[] = [
    added('src/main.ts'),
    added('.envrc', `export KEY=${VALUE}\n`),
    added('CLAUDE.md'),
    { path: 'out', after: link('/etc') },
    edited('notes.txt', 'a\n', `a\n${VALUE}\n`),
  ];

  test('says what never lands, what needs a yes, and what is only told', () => {
    const judgement = judge(changes, find);
    expect(pathsRefused(judgement)).toEqual(['out']);
    expect(pathsToAsk(judgement)).toEqual(['.envrc', 'notes.txt']);
    expect(judgement.noted.map(({ path }) => path)).toEqual(['CLAUDE.md']);
  });

  test('is a line for each reason, without the secret', () => {
    const lines = judgementLines(judge(changes, find));
    expect(lines).toEqual([
      'refused: out: is a symbolic link that leads out of the project, to an absolute path [symlink-out]',
      'secret: .envrc:1: the value of DEPLOY_KEY, •••• (16 characters) [known-value]',
      'secret: notes.txt:2: the value of DEPLOY_KEY, •••• (16 characters) [known-value]',
      'risky: .envrc: a shell or a version manager that enters the folder runs it or sets variables by it [shell]',
      'note: CLAUDE.md: agents on the host follow it [agent-instructions]',
    ]);
  });

  test('is plain data', () => {
    const judgement = judge(changes, find);
    expect(JSON.parse(JSON.stringify(judgement))).toEqual(judgement);
    expect(JSON.stringify(judgement)).not.toContain(VALUE);
  });

  test('covers links, names, and texts that land beside files', () => {
    expect(pathsToAsk(judge([{ path: 'l', after: link(VALUE) }], find))).toEqual(['l']);
    expect(judge([added(`a-${VALUE}-b`)], find).secrets).toHaveLength(1);
    expect(judge([], find, [{ name: 'message of commit 1a2b3c4', content: `fix\n\n${VALUE}` }]).secrets).toMatchObject([
      { path: 'message of commit 1a2b3c4', line: 3, credential: 'DEPLOY_KEY' },
    ]);
  });

  test('asks for two names that some file systems take for one', () => {
    const rules = (...paths: string[]) =>
      judge(
        paths.map((path) => added(path)),
        find,
      ).asked.map(({ rule }) => rule);
    expect(rules('src/A.ts', 'src/a.ts')).toEqual(['same-name', 'same-name']);
    expect(rules('caf\u00e9', 'cafe\u0301').filter((rule) => rule === 'same-name')).toHaveLength(2);
    expect(rules('src/a.ts', 'src/b.ts')).toEqual([]);
    // In a commit and in what was not committed: one file.
    expect(rules('src/a.ts', 'src/a.ts')).toEqual([]);
    expect(judge([{ path: 'A.ts', before: link('x') }, added('a.ts')], find).asked).toEqual([]);
  });

  test('of nothing is empty', () => {
    expect(judgementLines(judge([], find))).toEqual([]);
  });

  test('never throws, and nothing in it can move a cursor', { timeout: 60_000 }, () => {
    const path = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(
          fc.constantFrom(
            '.git',
            '..',
            '.vscode',
            'package.json',
            'yarn.lock',
            '.gitmodules',
            '.gitattributes',
            'HEAD',
            'a\u202e',
            '\u001b[31m',
          ),
          { minLength: 1, maxLength: 4 },
        )
        .map((parts) => parts.join('/')),
    );
    const state = fc.option(
      fc.record({
        mode: fc.constantFrom('100644', '100755', '120000', '160000'),
        content: fc.option(
          fc.oneof(
            fc.uint8Array({ maxLength: 300 }),
            fc.string().map((text) => Buffer.from(text)),
            fc.json().map((text) => Buffer.from(text)),
          ),
          { nil: undefined },
        ),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.record({ path, before: state, after: state })), (all) => {
        const lines = judgementLines(judge(all as readonly Change[], find));
        expect(lines.filter((line) => /[\p{Cc}\p{Cf}]/u.test(line))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
