import { spawnSync } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';
import { troubleOf } from './support/trouble.ts';

const [ground] = grounds();

// A disk that is full is one of the test's own, and only root mounts one.
if (ground !== undefined && process.getuid?.() === 0) {
  describe('a full disk', () => {
    let lab: Lab;
    let image: OwnImage;
    const mounted: string[] = [];

    beforeAll(async () => {
      lab = makeLab(ground);
      image = await standInAgent(lab);
    });
    afterEach(() => {
      for (const path of mounted.splice(0)) spawnSync('umount', ['-l', path]);
    });
    afterAll(() => {
      image?.remove();
      lab?.close();
    });

    /** A small disk of the caller's; `inodes` is how many files it takes. */
    const disk = (name: string, inodes: number) => {
      const path = join(lab.home, name);
      mkdirSync(path);
      const { uid, gid } = ground.caller;
      const options = `size=256k,nr_inodes=${inodes},mode=700,uid=${uid},gid=${gid}`;
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path])).toMatchObject({ status: 0 });
      mounted.push(path);
      return path;
    };
    const fill = (path: string) => {
      const file = openSync(join(path, 'filler'), 'w');
      try {
        for (;;) writeSync(file, Buffer.alloc(1024));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      } finally {
        closeSync(file);
      }
    };

    it('for the state of a client is told, and nothing is started', async () => {
      lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
      const data = disk('no-inodes', 2);
      const words = await troubleOf(lab, ['run', ...ground.flags, '--', 'touch', 'started'], {
        env: { AGENTBOX_DATA: data },
      });
      expect(words).toMatchInlineSnapshot(`
        "exit code 125
        agentbox: cannot lock LAB/home/no-inodes/clients/default
          why:  the disk is full (ENOSPC)
          next: make room on the disk, then try again"
      `);
      expect(readdirSync(lab.project)).not.toContain('started');
    });

    it('for a login that goes into the state is told by the box, and mended by making room', async () => {
      lab.config(
        `defaults: { network: none, image: ${image.ref}, allow_degraded: [memory-limit, cpus-limit, pids-limit] }`,
      );
      const claudeAiOauth = { accessToken: 'access'.repeat(2000), expiresAt: Date.now() + 9e6 };
      lab.write(join(lab.home, '.claude/.credentials.json'), JSON.stringify({ claudeAiOauth }));
      const env = { AGENTBOX_DATA: disk('no-room', 100) };
      const ask = [...ground.flags, '--', '-p', 'wc -c < ~/.claude/.credentials.json'];
      // What a box gets of a project is written before it starts.
      const run = ['run', '--scratch', ...ask];
      const state = join(env.AGENTBOX_DATA, 'clients/default/agents/claude');
      mkdirSync(state, { recursive: true, mode: 0o700 });
      const { uid, gid } = ground.owner;
      chownSync(state, uid, gid);
      fill(env.AGENTBOX_DATA);
      expect(await troubleOf(lab, run, { env })).toMatchInlineSnapshot(`
        "exit code 125
        agentbox: cannot write /home/agent/.claude/.credentials.json: No space left on device"
      `);
      expect(readdirSync(state)).toEqual([]);
      expect(
        (await troubleOf(lab, ['run', ...ask], { env })).replace(/-[0-9a-f]{4}\//, '-SUFFIX/'),
      ).toMatchInlineSnapshot(`
        "exit code 125
        agentbox: cannot make LAB/home/no-room/clients/default/workspaces/agentbox-default-proj-claude-SUFFIX/git/0
          why:  the disk is full (ENOSPC)
          next: make room on the disk, then try again"
      `);
      rmSync(join(env.AGENTBOX_DATA, 'filler'));
      expect(await lab.agentbox(run, { env })).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^12\d\d\d\n$/),
      });
    });

    it('for the configuration is told, and the old one stays whole', async () => {
      const dir = disk('full-config', 100);
      const before = '# mine\nclients:\n  acme: {}\n';
      lab.write(join(dir, 'agentbox/config.yaml'), before);
      fill(dir);
      const words = await troubleOf(lab, ['client', 'add', 'globex'], { env: { XDG_CONFIG_HOME: dir } });
      expect(words).toMatchInlineSnapshot(`
        "exit code 125
        agentbox: cannot write LAB/home/full-config/agentbox/config.yaml
          why:  the disk is full (ENOSPC)
          next: make room on the disk, then try again"
      `);
      expect(readFileSync(join(dir, 'agentbox/config.yaml'), 'utf8')).toBe(before);
      expect(readdirSync(join(dir, 'agentbox'))).toEqual(['config.yaml']);
    });

    it('leaves nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  });
}
