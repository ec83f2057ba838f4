import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/context.ts';
import { CancelledError } from '../../../../src/errors.ts';
import { closeAside } from '../../../../src/workspace/aside/closeAside.ts';
import { asideOf } from '../../../../src/workspace/aside/review.ts';
import { readRecord, type WorkspaceRecord, writeRecord } from '../../../../src/workspace/record.ts';
import { lookAtSinks } from '../../../../src/workspace/sinks/lookAtSinks.ts';
import { NO_SETTINGS, type TestTree, testTree } from '../sinks/tree.ts';

describe('the last look at the project of a box', () => {
  let tree: TestTree;
  let record: WorkspaceRecord;
  let asked: string[];
  let err: PassThrough;
  beforeEach(async () => {
    tree = testTree();
    asked = [];
    err = new PassThrough();
    const { baseline } = await lookAtSinks(tree.context, NO_SETTINGS, tree.path);
    record = {
      ...{ format: 1, box: 'box-1', client: 'acme', agent: 'shell', project: tree.path, workspace: 'bind' },
      ...{ engine: 'docker', user: { uid: 1000, gid: 1000, keepId: false }, target: '/workspace', starts: [] },
      ...{ started: '2026-11-28T12:00:00Z' },
      facts: { repositories: [], guarded: [], masked: [], notices: [], baseline },
    };
    await writeRecord(tree.context.paths, record);
  });
  afterEach(() => tree.close());

  const close = (answer: (question: string) => boolean, { terminal = true, ask = true } = {}) => {
    const io = { in: new PassThrough(), out: new PassThrough(), err, inIsTerminal: terminal, errIsTerminal: terminal };
    const prompter = {
      async confirm(question: string) {
        asked.push(question);
        return answer(question);
      },
    };
    return closeAside({ ...tree.context, io, prompter } as unknown as Context, record, ask);
  };
  const waiting = async () => (await asideOf(tree.context.paths, record)).map(({ path }) => path);
  const said = () => String(err.read() ?? '');

  it('asks of each thing whether it is to be given back', async () => {
    tree.write('.envrc', '.npmrc');
    await close((question) => question.includes('.npmrc'));
    expect(asked).toEqual([
      'give .envrc back? (direnv runs it when you enter the folder)',
      'give .npmrc back? (any command of npm or pnpm takes settings and programs from it)',
    ]);
    expect([existsSync(join(tree.path, '.envrc')), existsSync(join(tree.path, '.npmrc'))]).toEqual([false, true]);
    expect(await waiting()).toEqual(['.envrc']);
    expect(said()).toContain('agentbox diff box-1 shows them, agentbox apply box-1 gives them back');
  });

  it('asks nobody who is not there, or who goes', async () => {
    tree.write('.envrc');
    await close(() => true, { terminal: false });
    expect([asked, await waiting()]).toEqual([[], ['.envrc']]);
  });

  it('takes an interruption for no', async () => {
    tree.write('.envrc', '.npmrc');
    await close(() => {
      throw new CancelledError();
    });
    expect([asked.length, await waiting()]).toEqual([1, ['.envrc', '.npmrc']]);
  });

  it('looks once, so that what the user makes later stays', async () => {
    await close(() => false);
    record = (await readRecord(tree.context.paths, 'acme', 'box-1')) ?? record;
    tree.write('.envrc');
    await close(() => false);
    expect([record.looked, existsSync(join(tree.path, '.envrc')), said()]).toEqual([true, true, '']);
  });
});
