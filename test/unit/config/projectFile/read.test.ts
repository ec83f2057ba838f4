import { spawnSync } from 'node:child_process';
import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasProjectFile, readProjectFile } from '../../../../src/config/projectFile/read.ts';
import { temporary, userError } from '../../support/config.ts';
import { asOrdinary } from '../../support/root.ts';

async function projectWith(text?: string | Buffer) {
  const project = await temporary();
  const path = join(project, '.agentbox.yaml');
  if (text !== undefined) await writeFile(path, text);
  return { project, path };
}

const NEXT = ['mend or remove it', 'agentbox run --no-project-file …, to go without it'];

describe('the project file', () => {
  it('is read with its hash, and may be missing', async () => {
    const { project, path } = await projectWith('strict: true\n');
    expect(await readProjectFile(project)).toEqual({
      path,
      text: 'strict: true\n',
      sha256: '59a782b0b85e49c631539c14365d8228eea5d64f0c35662cace7a8a13a00b180',
    });
    await rm(path);
    expect(await readProjectFile(project)).toBeUndefined();
    expect(await hasProjectFile(project)).toBe(false);
  });

  it('has another hash when a byte changes', async () => {
    const { project, path } = await projectWith('strict: true\n');
    const before = await readProjectFile(project);
    await writeFile(path, 'strict: true \n');
    expect((await readProjectFile(project))?.sha256).not.toBe(before?.sha256);
  });

  it.each(['elsewhere.yaml', '/etc/hostname', '.agentbox.yaml', 'nowhere'])(
    'is not read where it is a link to %s',
    async (target) => {
      const { project, path } = await projectWith();
      await writeFile(join(project, 'elsewhere.yaml'), 'strict: true\n');
      await symlink(target, path);
      const error = await userError(() => readProjectFile(project));
      expect(error).toMatchObject({ trouble: 'refused', why: 'it is a link', next: NEXT });
      expect(await hasProjectFile(project)).toBe(true);
    },
  );

  it('is not read where it is a folder or a pipe, and nobody waits', async () => {
    const { project, path } = await projectWith();
    await mkdir(path);
    expect(await userError(() => readProjectFile(project))).toMatchObject({ why: 'it is no file', next: NEXT });
    await rm(path, { recursive: true });
    spawnSync('mkfifo', [path]);
    expect(await userError(() => readProjectFile(project))).toMatchObject({ why: 'it is no file', next: NEXT });
  });

  it('is not read where it is too large or no text', async () => {
    const { project, path } = await projectWith('#'.repeat(64 * 1024));
    expect((await readProjectFile(project))?.text).toHaveLength(64 * 1024);
    await writeFile(path, '#'.repeat(64 * 1024 + 1));
    expect(await userError(() => readProjectFile(project))).toMatchObject({
      why: 'it has more than 65536 bytes',
      next: NEXT,
    });
    await writeFile(path, Buffer.from([0x23, 0xff, 0xfe]));
    expect((await userError(() => readProjectFile(project))).why).toBe('it is not UTF-8');
  });

  it('is not passed over where it cannot be read', async () => {
    const { project, path } = await projectWith('strict: true\n');
    await chmod(path, 0);
    await chmod(project, 0o755);
    expect((await asOrdinary(() => userError(() => readProjectFile(project)))).why).toBe('permission denied');
  });
});
