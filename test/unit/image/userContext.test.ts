import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpackTar } from 'modern-tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextKey } from '../../../src/image/contextKey.ts';
import { filesIn, userContext } from '../../../src/image/userContext.ts';

let dir: string;
let cache: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agentbox-context-'));
  cache = join(dir, '..', `${dir.split('/').at(-1)}-cache`);
  await mkdir(join(dir, 'sub/deep'), { recursive: true });
  await writeFile(join(dir, 'sub/deep/a'), 'a');
  await writeFile(join(dir, 'run'), 'run', { mode: 0o755 });
  await writeFile(join(dir, '.env'), 'secret');
  await symlink('/etc/passwd', join(dir, 'link'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
  await rm(cache, { recursive: true, force: true });
});
const names = async () => (await filesIn(dir)).map(({ name }) => name);

describe('the build context of a user', () => {
  it('is all files and links below the folder, the links unfollowed', async () => {
    const build = { dockerfile: 'FROM x', context: dir, args: {}, target: undefined };
    const entries = await unpackTar(await userContext(build));
    const found = entries.map(({ header: { name, type, mode, linkname } }) => [
      name,
      type,
      mode,
      linkname || undefined,
    ]);
    expect(found[0]).toEqual(['Dockerfile', 'file', 0o644, undefined]);
    expect(found).toContainEqual(['link', 'symlink', expect.any(Number), '/etc/passwd']);
    expect(found).toContainEqual(['run', 'file', 0o755, undefined]);
    expect(found).toContainEqual(['sub/deep/a', 'file', 0o644, undefined]);
  });

  it('has the Dockerfile that is meant at its top, whatever another one says', async () => {
    await writeFile(join(dir, 'Dockerfile'), 'FROM other');
    const build = { dockerfile: 'FROM x', context: dir, args: {}, target: undefined };
    const entries = await unpackTar(await userContext(build));
    const all = entries
      .filter(({ header }) => header.name === 'Dockerfile')
      .map(({ data }) => Buffer.from(data ?? []).toString());
    expect(all).toEqual(['FROM x']);
  });

  it('leaves out what .dockerignore names, but for what it brings back', async () => {
    await writeFile(join(dir, '.dockerignore'), '.env\nsub\n');
    expect(await names()).toEqual(['.dockerignore', 'link', 'run']);
    await writeFile(join(dir, '.dockerignore'), '.env\nsub\n!sub/deep/a\n');
    expect(await names()).toEqual(['.dockerignore', 'link', 'run', 'sub/deep/a']);
  });

  it('is refused when it is too large, with what to do', async () => {
    const { open } = await import('node:fs/promises');
    const file = await open(join(dir, 'big'), 'w');
    await file.truncate(257 * 1024 * 1024);
    await file.close();
    await expect(filesIn(dir)).rejects.toMatchObject({
      trouble: 'image',
      next: [expect.stringContaining('.dockerignore'), expect.any(String)],
    });
  });

  it('that is not there is told', async () => {
    await expect(filesIn(join(dir, 'none'))).rejects.toMatchObject({ trouble: 'image' });
  });
});

describe('the key of a context', () => {
  const later = () => Date.now() + 60_000;

  it('changes with a byte, a name, a mode and a link, and with nothing else', async () => {
    const first = await contextKey({ context: dir }, undefined);
    await utimes(join(dir, 'run'), 1, 1);
    expect(await contextKey({ context: dir }, undefined)).toBe(first);
    const keys = [first];
    await writeFile(join(dir, 'run'), 'ran');
    keys.push(await contextKey({ context: dir }, undefined));
    await rm(join(dir, 'link'));
    await symlink('/etc/group', join(dir, 'link'));
    keys.push(await contextKey({ context: dir }, undefined));
    await writeFile(join(dir, 'more'), '');
    keys.push(await contextKey({ context: dir }, undefined));
    expect(new Set(keys).size).toBe(4);
  });

  it('is remembered, and found out anew when a file has changed', async () => {
    const first = await contextKey({ context: dir }, cache, later());
    expect(await contextKey({ context: dir }, cache, later())).toBe(first);
    await writeFile(join(dir, 'sub/deep/a'), 'b');
    const second = await contextKey({ context: dir }, cache, later());
    expect(second).not.toBe(first);
    await writeFile(join(dir, 'sub/deep/a'), 'a');
    expect(await contextKey({ context: dir }, cache, later())).toBe(first);
  });

  it('is not remembered while files are so young that their times may not tell', async () => {
    await contextKey({ context: dir }, cache);
    await expect(filesIn(cache)).rejects.toThrow();
  });
});
