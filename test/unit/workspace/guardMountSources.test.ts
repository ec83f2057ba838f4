import { mkdir, rename, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pathsOf } from '../../../src/config/paths.ts';
import type { BoxInfo, Engine } from '../../../src/engine/engine.ts';
import { PLAIN_WORKSPACE } from '../../../src/workspace/facts.ts';
import { guardMountSources } from '../../../src/workspace/guardMountSources.ts';
import { writeRecord } from '../../../src/workspace/record.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';

/** A project with a folder `sub`, which is mounted; another box of the client that has the project is in `state`. */
async function ground(state: BoxInfo['state'] | undefined) {
  const folder = await temporary();
  const paths = pathsOf({}, join(folder, 'home'));
  const project = join(folder, 'project');
  await mkdir(join(project, 'sub'), { recursive: true });
  const user = { uid: 1000, gid: 1000, keepId: false };
  await writeRecord(paths, {
    ...{ format: 1, box: 'first', client: 'acme', agent: 'shell', project, workspace: 'bind', engine: 'docker', user },
    ...{ target: '/workspace', started: '2026-01-01T00:00:00Z', facts: PLAIN_WORKSPACE, starts: [] },
  });
  const boxes = state === undefined ? [] : [{ name: 'first', state }];
  const engine = async () => ({ boxes: async () => boxes }) as unknown as Engine;
  const mount = (source: string) => ({ source, target: '/x', write: false, relabel: false, purpose: '' });
  const prepared = { profile: profile(), project: { path: project, uid: 1000, gid: 1000 } };
  const guard = (...sources: readonly string[]) =>
    guardMountSources({ paths, engine }, { ...prepared, box: { mounts: sources.map(mount) } });
  return { folder, project, guard };
}

it('lets a box have what no other can change', async () => {
  const { folder, project, guard } = await ground('running');
  await guard(project, folder, '/nowhere');
  for (const state of ['exited', undefined] as const) {
    const quiet = await ground(state);
    await quiet.guard(quiet.project, join(quiet.project, 'sub'));
  }
});

it('refuses what another box can put a link in the place of, while it runs', async () => {
  const { project, guard } = await ground('running');
  const error = await userError(() => guard(project, join(project, 'sub')));
  expect(error.message).toBe(`${project}/sub cannot be mounted while first runs`);
});

it('refuses what has become a link or has gone since it was looked at', async () => {
  const { folder, project, guard } = await ground('exited');
  await rename(join(project, 'sub'), join(project, 'away'));
  expect((await userError(() => guard(join(project, 'sub')))).message).toContain('has just changed');
  await symlink(folder, join(project, 'sub'));
  expect((await userError(() => guard(join(project, 'sub')))).message).toContain('has just changed');
});
