import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { differences } from '../../../src/plan/readBack.ts';
import type { Mount } from '../../../src/plan/spec.ts';
import { mount, RUN } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

/** Volumes of the engine, and boxes that share one. */
export function volumes({ test, boxes }: Suite): void {
  const { engine } = test;
  const mine = { 'dev.agentbox': 'test', 'dev.agentbox.test': RUN };
  const made: string[] = [];
  async function make(labels: Readonly<Record<string, string>> = {}): Promise<string> {
    const name = `agentbox-test-${randomBytes(6).toString('hex')}`;
    made.push(name);
    await engine.makeVolume(name, { ...mine, ...labels });
    return name;
  }
  const names = async () => (await engine.volumes(mine)).map((volume) => volume.name);
  const volume = (source: string, write: boolean): Mount => ({ ...mount(source, '/shared', write), volume: true });
  afterEach(async () => {
    await boxes.cleanUp();
    await Promise.all(made.splice(0).map((name) => engine.removeVolume(name)));
  });

  it('makes a volume once, finds it by its labels, and removes it', async () => {
    const name = await make({ 'dev.agentbox.owner': 'a=b' });
    await engine.makeVolume(name, { ...mine, 'dev.agentbox.owner': 'another' });
    const other = await make();
    expect(await engine.volumes({ ...mine, 'dev.agentbox.owner': 'a=b' })).toEqual([
      { name, labels: { ...mine, 'dev.agentbox.owner': 'a=b' } },
    ]);
    expect([...(await names())].sort()).toEqual([name, other].sort());
    expect(await engine.volumes({ ...mine, 'dev.agentbox.owner': 'another' })).toEqual([]);
    await engine.removeVolume(name);
    await engine.removeVolume(name);
    expect(await names()).toEqual([other]);
  });

  it('does not remove a volume that a container has', async () => {
    const name = await make();
    await boxes.detached(boxes.spec(['sleep', '100'], { mounts: [volume(name, true)] }));
    const error: unknown = await engine.removeVolume(name).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).message).toContain('volume');
    expect(await names()).toEqual([name]);
  });

  it('shares a volume: who may write writes, who may only read reads', async () => {
    const name = await make();
    // The volume takes the mode of the directory in the image, where everybody may write.
    const own: Mount = { ...volume(name, true), target: '/var/tmp' };
    const writer = boxes.spec(['sh', '-c', 'echo word >/var/tmp/file'], { mounts: [own] });
    expect(await boxes.run(writer)).toMatchObject({ code: 0, stderr: '' });
    const script = 'cat /shared/file; touch /shared/other';
    const reader = boxes.spec(['sh', '-c', script], { mounts: [volume(name, false)] });
    const { code, stdout, stderr } = await boxes.run(reader);
    expect([code, stdout]).toEqual([1, 'word\n']);
    expect(stderr).toContain('Read-only file system');
  });

  it('reads a volume back by its name, and tells it from a directory', async () => {
    const name = await make();
    const directory = join(await boxes.directory(), 'project');
    mkdirSync(directory);
    const env = (await engine.image(boxes.spec([]).image))?.env ?? {};
    for (const write of [true, false]) {
      const spec = boxes.spec(['true'], { mounts: [volume(name, write), mount(directory, '/workspace')] });
      const actual = await boxes.created(spec);
      expect(differences(spec, env, actual)).toEqual([]);
      expect(actual.mounts).toContainEqual({ source: name, target: '/shared', write, kind: 'volume' });
      const bind = { ...spec, mounts: spec.mounts.map(({ volume: _, ...rest }) => rest) };
      expect(differences(bind, env, actual).map(({ what }) => what)).toEqual(['mounts']);
    }
  });
}
