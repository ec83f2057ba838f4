import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chownSync, existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainCanary } from './support/canary.ts';
import { sessionGrounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';
import { openDoors, type Quarry, trespass } from './support/trespass.ts';

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))('two clients on %s', (_, ground) => {
  let lab: Lab;
  let image: OwnImage;
  let quarry: Quarry;
  const secrets = ['variable', 'file', 'state', 'history', 'project'].map(plainCanary);
  const [variable = '', file = '', state = '', history = '', inProject = ''] = secrets.map(({ value }) => value);
  const theirs = () => join(lab.data, 'clients/globex');

  beforeAll(async () => {
    lab = makeLab(ground);
    image = await standInAgent(lab);
    const project = join(lab.dir, 'work/globex-project');
    mkdirSync(project);
    writeFileSync(join(project, 'secret.txt'), inProject);
    if (process.getuid?.() === 0)
      for (const path of [project, join(project, 'secret.txt')]) chownSync(path, ground.owner.uid, ground.owner.gid);
    lab.write(join(lab.home, 'keep/variable'), variable);
    lab.write(join(lab.home, 'keep/file'), file);
    const common = {
      agent: 'claude',
      image: image.ref,
      network: 'none',
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    };
    const acme = { ...common, projects: [lab.project], env: { ANTHROPIC_API_KEY: 'acme-has-this-one' } };
    const globex = {
      ...common,
      projects: [project],
      workspace_path: 'same',
      credentials: {
        ANTHROPIC_API_KEY: { file: join(lab.home, 'keep/variable') },
        TOKEN_FILE: { file: join(lab.home, 'keep/file'), deliver: { file: '/home/agent/.claude/token' } },
      },
    };
    lab.config(JSON.stringify({ clients: { acme, globex } }));
    quarry = {
      words: secrets.map(({ value }) => value),
      client: 'globex',
      project,
      directories: [theirs(), lab.data, join(lab.home, '.config/agentbox'), join(lab.home, 'keep'), lab.home],
    };
  });

  afterAll(() => {
    image?.remove();
    lab?.close();
  });

  const run = (dir: string, script: string) =>
    lab.agentbox(['run', dir, ...ground.flags, '--', '-p', script], { cwd: '/' });

  it('do not reach each other from inside, where the owner finds all of it', async () => {
    const found = join(quarry.project, 'found');
    const fill = `echo ${state} > ~/.claude/notes; echo ${history} > $HISTFILE; cd ${quarry.project}`;
    const leave = `mv found.new found; until [ -e go ]; do sleep 0.1; done; kill $doors`;
    const owner = run(quarry.project, `${fill}\n${openDoors(quarry)}\n(${trespass(quarry)}) > found.new\n${leave}`);
    while (!existsSync(found)) {
      const early = await Promise.race([owner, setTimeout(100)]);
      expect(early).toBeUndefined();
    }
    // The owner's box is still there while the other client tries.
    const intruder = await run(lab.project, trespass(quarry));
    writeFileSync(join(quarry.project, 'go'), '');
    expect(await owner).toMatchObject({ code: 0 });
    expect(intruder, intruder.stderr).toMatchObject({ code: 0, stdout: '' });
    const ways = ['reading every file', 'its environment', 'the environment of processes', 'the path of its project'];
    const more = [
      'a link to its project',
      'the directories of processes',
      'its memory',
      'its loopback',
      'its abstract socket',
    ];
    const all = [...ways, ...more, 'the list of mounts'].map((way) => `found by ${way}`);
    expect(readFileSync(found, 'utf8').trim().split('\n').sort()).toEqual(all.sort());
    for (const path of [...quarry.directories, join(theirs(), 'agents/claude/notes')])
      expect(existsSync(path)).toBe(true);
  });

  it('cannot lead agentbox itself astray by a link that a box leaves behind', async () => {
    const notes = join(theirs(), 'agents/claude/notes');
    const plant = `cd ~/.claude && ln -sfn ${theirs()} stolen && ln -sf ${notes} .claude.json && ln -sfn ${quarry.project} /workspace/sub`;
    expect(await run(lab.project, plant)).toMatchObject({ code: 0 });

    const again = await run(lab.project, 'cat ~/.claude/.claude.json ~/.claude/stolen/*/*/*');
    expect(again).toMatchObject({ code: 125, stdout: '' });
    expect(again.stderr).toContain('.claude.json\n  why:  it is a link, and agentbox does not follow links here');

    const tar = join(lab.home, 'acme.tar.gz');
    expect(await lab.agentbox(['client', 'export', 'acme', '-o', tar, '--with-logins'])).toMatchObject({ code: 0 });
    const unpacked = join(lab.dir, 'unpacked');
    mkdirSync(unpacked);
    expect(spawnSync('tar', ['-xzf', tar, '-C', unpacked, '--no-same-owner'])).toMatchObject({ status: 0 });
    expect(readlinkSync(join(unpacked, 'acme/agents/claude/stolen'))).toBe(theirs());
    expect(lstatSync(join(unpacked, 'acme/agents/claude/.claude.json')).isSymbolicLink()).toBe(true);

    const sub = await lab.agentbox(['run', 'sub', '--client', 'acme', ...ground.flags, '--', '-p', 'cat secret.txt']);
    expect(sub).toMatchObject({ code: 125, stdout: '' });
    expect(sub.stderr).toContain(`${quarry.project} belongs to client globex`);
  });

  it('lose nothing when the other one is reset, exported or removed', async () => {
    const before = fingerprint(theirs());
    expect(before).toContain('agents/claude/notes');
    // The link of the test before is in the way.
    expect(await run(lab.project, 'true')).toMatchObject({ code: 125 });
    expect(await lab.agentbox(['client', 'reset', 'acme', '--yes'])).toMatchObject({ code: 0 });
    expect(fingerprint(theirs())).toBe(before);
    expect(existsSync(join(lab.data, 'clients/acme/agents'))).toBe(false);

    const tar = join(lab.home, 'globex.tar.gz');
    expect(await run(lab.project, 'echo mine > ~/.claude/notes')).toMatchObject({ code: 0 });
    expect(await lab.agentbox(['client', 'export', 'globex', '-o', tar])).toMatchObject({ code: 0 });
    const listed = spawnSync('tar', ['-tzf', tar], { encoding: 'utf8' }).stdout.split('\n').filter(Boolean);
    expect(listed.filter((path) => !path.startsWith('globex'))).toEqual([]);
    expect(listed).toContain('globex/agents/claude/notes');
    expect(listed).not.toContain('globex/agents/claude/token');

    expect(await lab.agentbox(['client', 'rm', 'acme', '--yes'])).toMatchObject({ code: 0 });
    expect(existsSync(join(lab.data, 'clients/acme'))).toBe(false);
    expect(fingerprint(theirs())).toBe(before);
    const left = await lab.agentbox(['client', 'ls', '--json']);
    const names = (JSON.parse(left.stdout) as { client: string }[]).map(({ client }) => client);
    expect(names).toEqual(['default', 'globex']);
    expect(await run(quarry.project, 'cat ~/.claude/notes')).toMatchObject({ code: 0, stdout: `${state}\n` });
  });

  it('leave nothing behind', async () => {
    await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
  });
});

/** A tree as text: paths, owners, modes, sizes and the hash of what lies in its files. */
function fingerprint(dir: string): string {
  const listed = spawnSync(
    'find',
    [dir, '-printf', '%P %y %U %m %l\\n', '-type', 'f', '-exec', 'sha256sum', '{}', '+'],
    { encoding: 'utf8' },
  );
  const lines = listed.stdout.split('\n').sort().join('\n');
  return `${createHash('sha256').update(lines).digest('hex')}\n${lines}`;
}
