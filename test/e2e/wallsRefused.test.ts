import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proxyDocker } from './support/dockerProxy.ts';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';

// What is refused is decided before an engine is asked to make anything.
const [ground] = grounds();

if (ground !== undefined) {
  describe('agentbox refuses', () => {
    let lab: Lab;
    const at = (...parts: readonly string[]) => join(lab.dir, ...parts);
    beforeAll(() => {
      lab = makeLab(ground);
      for (const path of ['other/globex/deep', 'free/data', 'both/theirs', 'both/mine', 'engine'])
        mkdirSync(at(path), { recursive: true });
      symlinkSync(at('other/globex'), at('free/link-to-globex'));
      symlinkSync(lab.home, at('free/link-to-home'));
      symlinkSync(at('both/theirs'), at('linked'));
      symlinkSync(at('free'), at('link-to-free'));
      symlinkSync(at('engine'), at('link-to-engine'));
      const { uid, gid } = ground.owner;
      if (process.getuid?.() === 0) spawnSync('chown', ['-Rh', `${uid}:${gid}`, at('other'), at('free'), at('both')]);
      const common = { agent: 'shell', network: 'none', allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'] };
      const acme = { projects: [lab.project, at('both/mine')] };
      const globex = { projects: [at('other/globex'), at('linked')] };
      lab.config(JSON.stringify({ defaults: common, clients: { acme, globex } }));
      lab.write(join(lab.data, 'clients/globex/agents/shell/token'), 'theirs');
      lab.write(join(lab.data, 'clients/acme/agents/shell/token'), 'mine');
    });

    afterAll(() => lab?.close());

    const run = (dir: string, ...flags: readonly string[]) =>
      lab.agentbox(['run', dir, ...ground.flags, ...flags, '--', 'cat', '/data/word'], { cwd: '/' });
    const refused = async (flags: readonly string[], why: RegExp, dir = lab.project, code = 125) => {
      const ended = await run(dir, ...flags);
      expect(ended.stderr).toMatch(why);
      expect(ended).toMatchObject({ code, stdout: '' });
    };

    it('nothing of a folder that is nobody’s (the control)', async () => {
      lab.write(at('free/data/word'), 'read in the box', 0o644);
      for (const path of [at('free/data'), at('link-to-free/data')]) {
        expect(await run(lab.project, '--mount', `${path}:/data`)).toMatchObject({
          code: 0,
          stdout: 'read in the box',
        });
      }
    });

    it.each<[what: string, source: () => string, why: RegExp]>([
      ['the root of the host', () => '/', /mount \/ is refused\n {2}why: {2}the box would see the whole host/],
      ['the home directory', () => lab.home, /is refused\n {2}why: {2}it is or holds your home directory/],
      ['what holds the home directory', () => lab.dir, /it is or holds your home directory/],
      ['a link to the home directory', () => at('free/link-to-home'), /it is or holds your home directory/],
      ['the engine’s socket', () => '/var/run/docker.sock', /\/run is the host's own/],
      ['the folder of sockets', () => '/run', /\/run is the host's own/],
      ['the processes of the host', () => '/proc/1', /\/proc is the host's own/],
      ['the settings of the host', () => '/etc', /\/etc is the host's own/],
      ['the folder of all temporary files', () => '/tmp', /your home directory|folder of the system/],
      ['the settings of agentbox', () => join(lab.home, '.config/agentbox'), /agentbox's own settings/],
      ['what holds the settings of agentbox', () => join(lab.home, '.config'), /agentbox's own settings/],
      ['all state', () => lab.data, /other clients' state/],
      ['another client’s state', () => join(lab.data, 'clients/globex'), /other clients' state/],
      ['a part of another client’s state', () => join(lab.data, 'clients/globex/agents/shell'), /other clients' state/],
      ['another client’s project', () => at('other/globex'), /globex belongs to client globex/],
      ['a part of another client’s project', () => at('other/globex/deep'), /globex belongs to client globex/],
      ['what holds another client’s project', () => at('other'), /globex belongs to client globex/],
      ['a link to another client’s project', () => at('free/link-to-globex'), /globex belongs to client globex/],
      ['a project that its client names by a link', () => at('both/theirs'), /theirs belongs to client globex/],
    ])('to mount %s', async (_, source, why) => {
      await refused(['--client', 'acme', '--mount', `${source()}:/data`], why);
      await refused(['--client', 'acme', '--mount', `${source()}:/data:rw`], why);
    });

    if (ground.engine === 'docker') {
      it('to mount the folder of the engine’s socket, wherever that is, and lets others through', async () => {
        const proxy = await proxyDocker(at('engine/docker.sock'));
        try {
          // DOCKER_HOST may name it by a link, and the mount not.
          const env = { DOCKER_HOST: `unix://${at('link-to-engine/docker.sock')}` };
          const mounting = (source: string) =>
            lab.agentbox(['run', '.', '--dry-run', ...ground.flags, '--mount', `${source}:/data`], { env });
          const ended = await mounting(at('engine'));
          expect(ended.stderr).toContain('it holds the engine, and who has the engine has the host');
          expect(ended.code).toBe(125);
          expect(await mounting(at('free/data'))).toMatchObject({ code: 0 });
        } finally {
          await proxy.stop();
        }
      });
    }

    it.each([
      '/',
      '/usr/local',
      '/etc/x',
      '/proc',
      '/run/agentbox',
      '/home/agent',
      '/home',
      '/tmp',
      '/workspace',
      '/a/../etc',
      '/data/',
    ])('to mount at %s in the box', async (target) => {
      await refused(
        ['--mount', `${at('free/data')}:${target}`],
        /cannot mount at .* in the box\n {2}why: |not SRC:DST/,
      );
    });

    it.each<[flag: string, why: RegExp]>([
      ['privileged', /--engine-arg privileged is refused\n {2}why: {2}it takes the wall away/],
      ['--privileged=true', /it takes the wall away/],
      ['pid=host', /a box has namespaces of its own/],
      ['ipc=host', /a box has namespaces of its own/],
      ['uts=host', /a box has namespaces of its own/],
      ['userns=host', /agentbox chooses the user of a box/],
      ['user=0', /agentbox chooses the user of a box/],
      ['cap-add=ALL', /a box has no capability/],
      ['security-opt=seccomp=unconfined', /keeps no-new-privileges and the seccomp profile/],
      ['device=/dev/sda', /a box has no device of the host/],
      ['network=host', /use --network gateway\|none\|open/],
      ['volume=/:/host', /use --mount/],
      ['mount=type=bind,src=/,dst=/host', /use --mount/],
    ])('--engine-arg %s', async (flag, why) => {
      await refused(['--engine-arg', flag], why);
    });

    it.each([
      'cgroup-parent=/',
      'volumes-from=x',
      'pid-mode=host',
      'PRIVILEGED',
      'add-host=x:1 --privileged',
      'dns=1.1.1.1 -v /:/x',
    ])('--engine-arg %s as a mistake of usage', async (flag) => {
      await refused(['--engine-arg', flag], /--engine-arg .*: not a value|is not in the table/, lab.project, 2);
    });

    it.each<[what: string, dir: () => string, why: RegExp]>([
      ['equal to another client’s', () => at('other/globex'), /globex belongs to client globex/],
      ['inside another client’s', () => at('other/globex/deep'), /globex belongs to client globex/],
      ['around another client’s', () => at('other'), /globex, which it contains, belongs to client globex/],
      ['reached by a link', () => at('free/link-to-globex'), /globex belongs to client globex/],
      ['that the other names by a link', () => at('both/theirs'), /theirs belongs to client globex/],
    ])('a project %s', async (_, dir, why) => {
      await refused(['--client', 'acme'], why, dir());
    });

    it('a project with folders of two clients in it, whoever asks', async () => {
      for (const flags of [[], ['--client', 'acme'], ['--client', 'globex']]) {
        await refused(flags, /belongs to client/, at('both'));
      }
    });

    it('nobody their own: the client of a project is found through links as well (the control)', async () => {
      for (const dir of [
        at('other/globex'),
        at('other/globex/deep'),
        at('free/link-to-globex'),
        at('linked'),
        at('both/theirs'),
      ]) {
        const plan = await lab.agentbox(['run', dir, '--dry-run', '--json', ...ground.flags], { cwd: '/' });
        expect(plan, plan.stderr).toMatchObject({ code: 0 });
        expect((JSON.parse(plan.stdout) as { client: string }).client).toBe('globex');
      }
    });

    it('a configuration in which two clients claim one folder', async () => {
      lab.config(JSON.stringify({ clients: { a: { projects: [at('linked')] }, b: { projects: [at('both')] } } }));
      await refused([], /config.yaml:1:\d+ clients.b.projects\[0\]: overlaps with .*both\/theirs of client a/);
    });

    it('leaves nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  });
}
