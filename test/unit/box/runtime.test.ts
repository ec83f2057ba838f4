import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseRuntime } from '../../../src/box/runtime.ts';
import type { Engine, EngineFacts } from '../../../src/engine/engine.ts';
import { writeState } from '../../../src/state/writeFile.ts';
import { docker, podman } from '../support/facts.ts';

let cacheDir: string;
beforeEach(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), 'agentbox-runtime-'));
});
afterEach(() => rm(cacheDir, { recursive: true }));

const open = { cgroupVersion: '2', storage: undefined, runtimeArgs: { runsc: ['--host-uds=open'] } };

/** As if a trial of gVisor had gone well before, so no engine is asked. */
async function choose(facts: EngineFacts, hostSockets: boolean, wanted = 'auto') {
  const key = [facts.kind, facts.version, facts.endpoint, 'runsc'].join(' ');
  const trials = { [key]: { works: true, at: new Date(0).toISOString(), why: '' } };
  await writeState(join(cacheDir, 'runtimes.json'), JSON.stringify(trials));
  const engine = {} as Engine;
  const user = { uid: 1000, gid: 1000, keepId: false };
  return chooseRuntime(wanted, {
    ...{ engine, facts, image: 'x', user, cacheDir, hostSockets },
    allowDegraded: [],
    now: () => new Date(),
  });
}

describe('the runtime of a box that must reach a socket outside', () => {
  it('is gVisor where its registration allows that', async () => {
    expect(await choose({ ...docker, details: open }, true)).toEqual({ runtime: 'runsc', notice: undefined });
  });

  it('is the engine’s own otherwise, with the line that is missing', async () => {
    const { runtime, notice } = await choose(docker, true);
    expect(runtime).toBeUndefined();
    expect(notice).toMatch(
      /^runtime runc: .*without --host-uds=open.*add "--host-uds=open".*\/etc\/docker\/daemon\.json$/,
    );
    expect((await choose(podman, true)).notice).not.toContain('daemon.json');
  });

  it('is neither a gVisor nor a virtual machine that happens to be the default', async () => {
    for (const defaultRuntime of ['runsc', 'kata']) {
      const facts = { ...docker, defaultRuntime, runtimes: [defaultRuntime, 'crun'] };
      expect(await choose(facts, true)).toMatchObject({
        runtime: 'crun',
        notice: expect.stringMatching(/^runtime crun: /),
      });
      await expect(choose({ ...facts, runtimes: [defaultRuntime] }, true)).rejects.toMatchObject({ trouble: 'engine' });
    }
  });

  it('is any that works when there is no such socket', async () => {
    expect(await choose(docker, false)).toEqual({ runtime: 'runsc', notice: undefined });
    expect((await choose({ ...docker, defaultRuntime: 'kata', runtimes: ['kata'] }, false)).runtime).toBeUndefined();
  });
});
