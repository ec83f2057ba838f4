/**
 * One login on the host and in boxes of two clients, with refresh tokens that rotate. The agent is the real Claude Code, in
 * the boxes and on the "host", which here is a plain container with the home of the lab. Where logins are renewed is a
 * stand-in (test/stand-ins/anthropicHosts.ts), reached as through a company's proxy, since claude takes no other address.
 */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnthropicHosts, startAnthropicHosts } from '../stand-ins/anthropicHosts.ts';
import { type ModelApi, startModelApi } from '../stand-ins/modelApi.ts';
import type { Tokens } from '../stand-ins/oauthServer.ts';
import { oneGround } from './support/engines.ts';
import { ended, hostAddress, type Lab, makeLab } from './support/lab.ts';

const HOURS = 2 * 3600;
const SAID = 'Served by the login.';
const WARNING = /share_refresh: .*who renews it first logs the others out/;

// gVisor changes nothing of this: what is tried is who holds which token.
const GROUNDS = oneGround();

describe.each(GROUNDS.map((ground) => [ground.name, ground] as const))('one login of the host on %s', (_, ground) => {
  let api: ModelApi;
  let hosts: AnthropicHosts;
  let lab: Lab;
  let image: string;

  beforeAll(async () => {
    api = await startModelApi({ turns: [{ text: SAID }] });
    hosts = await startAnthropicHosts('0.0.0.0', api.url);
    lab = makeLab(ground);
    const built = await lab.agentbox(['build', '--agent', 'claude', '--json', ...ground.flags.slice(0, 2)], {
      limit: 580_000,
    });
    expect(built, built.stderr).toMatchObject({ code: 0 });
    image = (JSON.parse(built.stdout) as { image: string }).image;
    lab.write(join(lab.home, 'ca/ca.pem'), hosts.ca);
    for (const path of ['ca', 'ca/ca.pem']) chmodSync(join(lab.home, path), path === 'ca' ? 0o755 : 0o644);
    const client = {
      login: 'host',
      env: { HTTPS_PROXY: `http://${hostAddress()}:${hosts.port}`, NODE_EXTRA_CA_CERTS: '/ca/ca.pem' },
      mounts: [{ source: join(lab.home, 'ca'), target: '/ca' }],
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    };
    const shares = { ...client, share_refresh: true };
    const hooli = { ...client, share_host_login: true };
    lab.config(JSON.stringify({ clients: { acme: client, globex: client, initech: shares, umbrella: shares, hooli } }));
  });

  beforeEach(async () => {
    for (const client of ['acme', 'globex', 'initech', 'umbrella', 'hooli']) {
      const run = await lab.agentbox(['client', 'reset', client, '--yes']);
      expect(run, run.stderr).toMatchObject({ code: 0 });
    }
  });

  afterAll(async () => {
    lab?.close();
    await hosts?.close();
    await api?.close();
  });

  const hostFile = () => join(lab.home, '.claude/.credentials.json');

  /** Logs the host in; with `ends` in the past the next claude renews first. */
  const logInOnHost = (tokens: Tokens, ends = tokens.expires) => {
    const scopes = ['user:inference', 'user:profile'];
    const oauth = { accessToken: tokens.access, refreshToken: tokens.refresh, expiresAt: ends, scopes };
    lab.write(hostFile(), JSON.stringify({ claudeAiOauth: { ...oauth, subscriptionType: 'max' } }));
  };

  /** The login in a file, as it is hours later: its access token has ended. */
  const later = (path: string) => {
    const { claudeAiOauth } = JSON.parse(readFileSync(path, 'utf8'));
    return JSON.stringify({ claudeAiOauth: { ...claudeAiOauth, expiresAt: Date.now() - 1000 } });
  };
  const hostTokenEnds = () => lab.write(hostFile(), later(hostFile()));
  const boxTokenEnds = (client: string) => {
    const path = join(lab.data, 'clients', client, 'agents/claude/.credentials.json');
    lab.writeState(path, later(path));
  };

  /** Claude Code on the host itself, without agentbox. */
  const onHost = () => {
    const env = {
      HOME: '/host',
      HTTPS_PROXY: `http://${hostAddress()}:${hosts.port}`,
      NODE_EXTRA_CA_CERTS: '/host/ca/ca.pem',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    };
    const [file = '', ...args] = lab.engineCommand([
      ...['run', '--rm', `--user=${ground.caller.uid}:${ground.caller.gid}`],
      ...(ground.engine === 'podman' ? ['--userns=keep-id'] : []),
      ...Object.entries(env).map(([name, value]) => `--env=${name}=${value}`),
      ...[`--volume=${lab.home}:/host`, image, 'claude', '-p', 'hello'],
    ]);
    return ended(spawn(file, args, { stdio: 'pipe', env: lab.environment() }), { limit: 150_000 });
  };

  const inBox = (client: string, ...flags: string[]) =>
    lab.agentbox(['run', '.', ...ground.flags, '--client', client, ...flags, '--', '-p', 'hello'], { limit: 150_000 });

  const works = { code: 0, stdout: expect.stringContaining(SAID) };

  it('stays whole by default: whoever runs in turn, nobody is logged out', async () => {
    const before = hosts.oauth.renewals.length;
    logInOnHost(hosts.oauth.logIn(HOURS));
    for (let turn = 0; turn < 2; turn++) {
      for (const client of ['acme', 'globex']) {
        const run = await inBox(client);
        expect(run, run.stderr).toMatchObject(works);
        expect(run.stderr).not.toContain('share_refresh');
      }
      hostTokenEnds();
      const refused = await inBox('acme', '--fresh-creds');
      expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('has expired') });
      expect(await onHost()).toMatchObject(works);
    }
    expect(await inBox('acme')).toMatchObject(works);
    expect(await inBox('globex')).toMatchObject(works);
    expect(await onHost()).toMatchObject(works);
    expect(hosts.oauth.renewals.slice(before)).toEqual(['renewed', 'renewed']);
  }, 400_000);

  it('with share_refresh springs the trap that every run warned of, and a new login of the host mends all', async () => {
    const before = hosts.oauth.renewals.length;
    logInOnHost(hosts.oauth.logIn(HOURS), Date.now() - 1000);
    const first = await inBox('initech');
    expect(first, first.stderr).toMatchObject(works);
    expect(first.stderr).toMatch(WARNING);
    // The box renewed; the host does not know, uses its token once more, and that ends it for all.
    expect(await onHost()).toMatchObject({ code: 1 });
    const second = await inBox('initech');
    expect(second).toMatchObject({ code: 1 });
    expect(second.stderr).toMatch(WARNING);
    expect(await inBox('umbrella')).toMatchObject({ code: 125, stderr: expect.stringContaining('no credentials') });
    expect(hosts.oauth.renewals.slice(before, before + 2)).toEqual(['renewed', 'reused, family ended']);

    logInOnHost(hosts.oauth.logIn(HOURS));
    for (const client of ['initech', 'umbrella']) {
      const run = await inBox(client);
      expect(run, run.stderr).toMatchObject(works);
      expect(run.stderr).toMatch(WARNING);
    }
    expect(await onHost()).toMatchObject(works);
  }, 400_000);

  it('with share_refresh follows the host that renewed first, and keeps what a box renewed', async () => {
    const before = hosts.oauth.renewals.length;
    logInOnHost(hosts.oauth.logIn(HOURS));
    expect(await inBox('initech')).toMatchObject(works);
    hostTokenEnds();
    expect(await onHost()).toMatchObject(works);
    // The token that the box holds is used up; it gets the new one instead of trying it.
    const follows = await inBox('initech');
    expect(follows, follows.stderr).toMatchObject(works);
    expect(hosts.oauth.renewals.slice(before)).toEqual(['renewed']);

    boxTokenEnds('initech');
    expect(await inBox('initech')).toMatchObject(works);
    expect(hosts.oauth.renewals.slice(before)).toEqual(['renewed', 'renewed']);
    // Even when asked for again, the host's used-up token does not replace the one that works.
    expect(await inBox('initech', '--fresh-creds')).toMatchObject(works);
    expect(await inBox('initech')).toMatchObject(works);
    expect(hosts.oauth.renewals.slice(before)).toEqual(['renewed', 'renewed']);
  }, 400_000);

  it('with share_host_login is one login in one place: a box renews it, and the host goes on with it', async () => {
    const before = hosts.oauth.renewals.length;
    logInOnHost(hosts.oauth.logIn(HOURS), Date.now() - 1000);
    for (const name of [
      'settings.json',
      'plugins/config.json',
      'shell-snapshots/old.sh',
      'session-env/old',
      'ide/1.lock',
    ]) {
      lab.write(join(lab.home, '.claude', name), '{}');
    }
    if (process.getuid?.() === 0) {
      execFileSync('chown', ['-R', `${ground.owner.uid}:${ground.owner.gid}`, join(lab.home, '.claude')]);
    }
    api.play([{ tool: 'Bash', input: { command: 'echo made > made', description: 'make' } }, { text: SAID }]);
    const run = await inBox('hooli');
    api.play([{ text: SAID }]);
    expect(run, run.stderr).toMatchObject(works);
    expect(run.stderr).toMatch(/share_host_login: Claude Code reads and writes/);
    expect(readFileSync(join(lab.project, 'made'), 'utf8')).toBe('made\n');
    expect(await onHost()).toMatchObject(works);
    expect(await inBox('hooli')).toMatchObject(works);
    expect(hosts.oauth.renewals.slice(before)).toEqual(['renewed']);
    expect(existsSync(join(lab.home, '.claude/projects/-workspace'))).toBe(true);
    expect(readFileSync(join(lab.home, '.claude/settings.json'), 'utf8')).toBe('{}');
  }, 400_000);
});
