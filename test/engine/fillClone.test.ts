import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cloneBaseDir } from '../../src/config/paths.ts';
import type { Context } from '../../src/context.ts';
import { UserError } from '../../src/errors.ts';
import { fillClone } from '../../src/workspace/clone/fill.ts';
import { PLAIN_WORKSPACE } from '../../src/workspace/facts.ts';
import type { WorkspaceRecord } from '../../src/workspace/record.ts';
import { baseImage, findEngine, ownedDirectory, silentDeps } from './support/engines.ts';

const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);

describe.each(tested)('filling a clone on $kind', (test) => {
  const { engine, uid, gid, keepId, raw } = test;

  /** Fills a volume, one that takes `size` where that is given, with a folder of these files. */
  async function fill(size: string | undefined, files: Readonly<Record<string, Buffer>>) {
    await baseImage(test);
    const { path, remove } = await ownedDirectory(test);
    const volume = `agentbox-test-${randomBytes(6).toString('hex')}`;
    onTestFinished(async () => {
      await engine.removeVolume(volume);
      await remove();
    });
    const paths = { dataDir: join(path, 'data'), cacheDir: join(path, 'cache') } as Context['paths'];
    const base = cloneBaseDir(paths, 'acme', 'agentbox-1');
    const project = join(path, 'project');
    await mkdir(base, { recursive: true });
    await mkdir(project);
    for (const [name, content] of Object.entries(files)) await writeFile(join(project, name), content);
    for (const folder of [base, project]) if (process.getuid?.() === 0) await chown(folder, uid, gid);
    const small = ['type=tmpfs', 'device=tmpfs', `o=size=${size},mode=0777`].map((option) => `--opt=${option}`);
    const options = size === undefined ? [] : small;
    raw(['volume', 'create', ...options, volume]);
    const record: WorkspaceRecord = {
      format: 1,
      ...{ box: 'agentbox-1', client: 'acme', agent: 'shell', project, workspace: 'clone', engine: test.kind },
      ...{ user: { uid, gid, keepId }, target: '/workspace', started: '', facts: PLAIN_WORKSPACE, starts: [] },
    };
    const context = { ...silentDeps(), paths } as unknown as Context;
    const filled = fillClone(context, engine, { record, volume, prepared: undefined, untracked: false });
    return { filled, base };
  }

  // Podman knows no small volumes.
  if (test.kind !== 'podman')
    it('says so when the disk is full', async () => {
      const { filled } = await fill('512k', { large: randomBytes(2 * 1024 * 1024) });
      const error: unknown = await filled.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ trouble: 'state', why: expect.stringContaining('the disk is full (ENOSPC)') });
    });

  it('gives the tree of the files where there is room, and keeps its objects', async () => {
    const { filled, base } = await fill(undefined, { small: Buffer.from('hello\n'), crlf: Buffer.from('a\r\n') });
    // git hash-object and mktree say the same of these two files.
    expect(await filled).toMatchObject({ commit: null, branch: null, format: 'sha1', tree: TREE });
    expect((await readdir(base)).length).toBeGreaterThan(3);
  });
});

/** Of `crlf` with `a\r\n` and `small` with `hello\n`. */
const TREE = '7e51604229f1cf1e253f19bcda8680a8896691cd';
