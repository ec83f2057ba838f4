import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Call, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { troubleOf } from './support/trouble.ts';

const [ground] = grounds();

if (ground !== undefined) {
  describe('on a bad day agentbox says what is wrong, why, and what to do:', () => {
    let lab: Lab;
    const trouble = (args: readonly string[], call: Call = {}) => troubleOf(lab, args, call);

    beforeAll(() => {
      lab = makeLab(ground);
      // A path on which there is node and nothing else.
      mkdirSync(join(lab.dir, 'only-node'));
      symlinkSync(process.execPath, join(lab.dir, 'only-node/node'));
    });
    beforeEach(() => lab.config('defaults: { agent: shell, network: none }'));
    afterAll(() => lab?.close());

    describe('engines', () => {
      const without = (host: string): Call => ({ env: { PATH: join(lab.dir, 'only-node'), DOCKER_HOST: host } });

      it('no engine at all', async () => {
        expect(await trouble(['run'], without(`unix://${lab.dir}/nowhere.sock`))).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no container engine that works was found
            why:  DOCKER_HOST names unix://LAB/nowhere.sock: LAB/nowhere.sock is not there; podman command: podman is not installed
            next: unset DOCKER_HOST"
        `);
        expect(await trouble(['run', '--engine', 'podman'], without(''))).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no Podman was found
            why:  podman command: podman is not installed
            next: sudo apt-get install podman uidmap slirp4netns fuse-overlayfs (or the same of your distribution)
                  or take the engine that is there: leave out --engine podman"
        `);
        expect(await trouble(['ls'], without(`unix://${lab.dir}/nowhere.sock`))).toContain('no container engine');
      });

      if (process.getuid?.() === 0) {
        it('no engine at all, and nobody who named one', async () => {
          // In a mount namespace of its own, /run is empty.
          const hide = `mount --make-rprivate / && mount -t tmpfs none /run && exec env PATH=${lab.dir}/only-node "$@"`;
          const [file = '', ...args] = ['unshare', '--mount', 'sh', '-c', hide, 'sh', ...lab.command(['run'])];
          const options = { cwd: lab.project, encoding: 'utf8', timeout: 20_000, env: lab.environment() } as const;
          const { status, stderr } = spawnSync(file, args, options);
          expect(`exit code ${status}\n${stderr}`.replaceAll(lab.dir, 'LAB')).toMatchInlineSnapshot(`
            "exit code 125
            agentbox: no container engine was found
              why:  DOCKER_HOST: it is not set; docker context: none was chosen; /var/run/docker.sock is not there; LAB/home/.docker/desktop/docker.sock is not there; podman command: podman is not installed
              next: sudo apt-get install podman uidmap slirp4netns fuse-overlayfs (or the same of your distribution)
                    or install Docker Engine, then: sudo systemctl start docker
            "
          `);
        });
      }

      it('an engine that was stopped', async () => {
        const path = join(lab.dir, 'stale.sock');
        // Who ends without a word leaves the socket behind.
        spawnSync('perl', ['-MIO::Socket::UNIX', '-e', 'IO::Socket::UNIX->new(Local => shift, Listen => 1)', path]);
        chmodSync(path, 0o666);
        expect(await trouble(['run'], without(`unix://${path}`))).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no container engine that works was found
            why:  nobody listens at LAB/stale.sock: Docker was stopped; podman command: podman is not installed
            next: sudo systemctl restart docker"
        `);
      });

      it('an engine that does not answer', async () => {
        const path = join(lab.dir, 'mute.sock');
        const server = createServer(() => {});
        await new Promise<void>((resolve) => server.listen(path, resolve));
        chmodSync(path, 0o666);
        try {
          expect(await trouble(['run'], without(`unix://${path}`))).toMatchInlineSnapshot(`
            "exit code 125
            agentbox: no container engine that works was found
              why:  LAB/mute.sock takes connections but does not answer within 2 s; podman command: podman is not installed
              next: sudo systemctl restart docker"
          `);
        } finally {
          server.close();
        }
      });

      it('an engine on another machine', async () => {
        expect(await trouble(['run'], without('tcp://me:secret@example.test:2376'))).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no container engine that works was found
            why:  DOCKER_HOST names tcp://…@example.test:2376, and agentbox can only use an engine on this machine so far; podman command: podman is not installed
            next: unset DOCKER_HOST"
        `);
      });
    });

    describe('credentials', () => {
      const login = (expiresAt: number) =>
        lab.write(
          join(lab.home, '.claude/.credentials.json'),
          JSON.stringify({ claudeAiOauth: { accessToken: 'access', refreshToken: 'refresh', expiresAt } }),
        );
      const claude = ['run', '--agent', 'claude', ...ground.flags];

      it('none', async () => {
        lab.config(`clients: { acme: { projects: [${lab.project}] } }`);
        expect(await trouble(claude)).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no credentials for claude in client acme
            why:  no credential of the client is for it, and it has no login of its own
            next: agentbox login --client acme   (a login of its own)
                  in config.yaml, client acme: credentials: { ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY } }
                  in config.yaml, client acme: login: host   (a copy of your own)"
        `);
        lab.config('');
        expect(await trouble(claude)).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: no credentials for claude in client default
            why:  ANTHROPIC_AUTH_TOKEN, ANTHROPIC_API_KEY, CLAUDE_CODE_OAUTH_TOKEN: none is set, and Claude Code is not logged in on this machine
            next: agentbox login   (a login of its own)
                  export ANTHROPIC_API_KEY=…
                  agentbox init   (sets a client up by a few questions)"
        `);
      });

      it('a login of the host that has expired', async () => {
        login(Date.parse('2024-05-06T07:08:09Z'));
        expect(await trouble(claude)).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: the login of Claude Code on this machine has expired
            why:  it ended at 2024-05-06T07:08:09.000Z, and a copy cannot be renewed
            next: claude   (run here, outside of a box, it renews its login)
                  agentbox login   (a login of its own)"
        `);
      });

      it('a copied login that has expired, in a client of its own', async () => {
        lab.config(`clients: { acme: { projects: [${lab.project}] } }`);
        const copy = { claudeAiOauth: { accessToken: 'access', expiresAt: Date.parse('2024-05-06T07:08:09Z') } };
        lab.write(join(lab.data, 'clients/acme/agents/claude/.credentials.json'), JSON.stringify(copy));
        expect(await trouble(claude)).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: the login of claude in client acme has expired
            why:  it ended at 2024-05-06T07:08:09.000Z and holds nothing to renew it with
            next: agentbox login --client acme"
        `);
      });

      it('a source that has nothing', async () => {
        lab.config('clients: { acme: { credentials: { ANTHROPIC_API_KEY: { env: NOT_SET } } } }');
        expect(await trouble([...claude, '--client', 'acme'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: ANTHROPIC_API_KEY: NOT_SET is not set
            why:  the value is to come from your environment
            next: export NOT_SET=…"
        `);
        lab.config('clients: { acme: { credentials: { ANTHROPIC_API_KEY: { file: ~/not-there } } } }');
        expect(await trouble([...claude, '--client', 'acme'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: ANTHROPIC_API_KEY: there is no file LAB/home/not-there
            next: put the value in LAB/home/not-there"
        `);
      });
    });

    describe('configuration', () => {
      it('names that are not there', async () => {
        expect(await trouble(['run', '--agent', 'clade'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: there is no agent "clade"
            why:  clade (flag): did you mean claude?
            next: agentbox run --help names them all"
        `);
        lab.config('clients: { acme: {}, globex: {} }');
        expect(await trouble(['run', '--client', 'acne'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: there is no client "acne"
            why:  did you mean acme?
            next: agentbox client add acne
                  agentbox client ls"
        `);
      });

      it('broken YAML', async () => {
        lab.config('defaults:\n  agent: shell\n clients: {\n');
        expect(await trouble(['run'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: the configuration has 2 mistakes
            LAB/home/.config/agentbox/config.yaml:3:1: All mapping items must start at the same column
            LAB/home/.config/agentbox/config.yaml:4:1: Flow map in block collection must be sufficiently indented and end with a }
            next: agentbox config validate, after mending it"
        `);
      });

      it('every mistake at once, with its place and the nearest name', async () => {
        lab.config(
          'defaults:\n  agnet: shell\n  runtime: [runsc]\nclients:\n  acme:\n    network: opne\n    projcts: []\n',
        );
        expect(await trouble(['config', 'validate'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: the configuration has 4 mistakes
            LAB/home/.config/agentbox/config.yaml:2:3 defaults.agnet: unknown key, did you mean agent?
            LAB/home/.config/agentbox/config.yaml:3:12 defaults.runtime: must be text
            LAB/home/.config/agentbox/config.yaml:6:14 clients.acme.network: "opne" is not valid, did you mean open?
            LAB/home/.config/agentbox/config.yaml:7:5 clients.acme.projcts: unknown key, did you mean projects?
            next: agentbox config validate, after mending it"
        `);
      });

      it('a file that others may write', async () => {
        const file = join(lab.home, '.config/agentbox/config.yaml');
        chmodSync(file, 0o666);
        expect(await trouble(['run'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: LAB/home/.config/agentbox/config.yaml can be written by others
            why:  who writes it decides what your boxes may do
            next: chmod go-w LAB/home/.config/agentbox/config.yaml"
        `);
        chmodSync(file, 0o600);
      });

      it('a preset that is none, and a rule that needs consent', async () => {
        lab.config('defaults: { agent: shell, network: gateway }');
        expect(await trouble(['run', '--allow', 'gihtub', ...ground.flags])).toMatchInlineSnapshot(`
          "exit code 2
          agentbox: --allow gihtub: is no preset, did you mean github? (a host without a dot needs its port: gihtub:443)
            next: --allow example.com:8443
                  presets: npm, pypi, github, gitlab, debian, go, crates, rubygems, maven, docker"
        `);
        expect(await trouble(['run', '--allow', '*', ...ground.flags])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: the rule * (--allow) lets the box reach every name
            why:  what is in the box can then go anywhere, so it needs a word of its own
            next: agentbox run --allow-any …
                  or allow_any: true in the configuration"
        `);
      });
    });

    it('leaves nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  });
}
