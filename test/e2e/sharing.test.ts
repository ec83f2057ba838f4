import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oneGround } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { type OwnImage, standInAgent } from './support/standInAgent.ts';

const ACCOUNT = {
  oauthAccount: { emailAddress: 'owner@host.test' },
  mcpServers: { theirs: { command: 'mcp-of-host' } },
};

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('share_host_login on %s', (_, ground) => {
  let lab: Lab;
  let image: OwnImage;
  const shared = (...path: string[]) => join(lab.home, '.claude', ...path);
  const read = (...path: string[]) => readFileSync(shared(...path), 'utf8');

  beforeAll(async () => {
    lab = makeLab(ground);
    image = await standInAgent(lab);
    const client = {
      agent: 'claude',
      image: image.ref,
      network: 'none',
      env: { ANTHROPIC_API_KEY: 'any' },
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    };
    const shares = { ...client, share_host_login: true };
    lab.config(JSON.stringify({ clients: { acme: shares, globex: shares, initech: client } }));
  });

  beforeEach(() => {
    rmSync(shared(), { recursive: true, force: true });
    lab.write(shared('settings.json'), '{"model":"opus"}');
    lab.write(shared('CLAUDE.md'), 'be kind');
    lab.write(shared('hooks/check.sh'), 'true');
    lab.write(shared('projects/old/talk.jsonl'), 'a conversation of the host');
    lab.write(join(lab.home, '.claude.json'), JSON.stringify(ACCOUNT));
    give(ground.owner);
  });

  afterAll(() => {
    image?.remove();
    lab?.close();
  });

  const give = ({ uid, gid }: { uid: number; gid: number }) => {
    if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${uid}:${gid}`, shared()]);
  };
  const run = (client: string, script: string, ...flags: string[]) =>
    lab.agentbox(['run', '.', ...ground.flags, '--client', client, ...flags, '--', '-p', script]);

  /** Prints a line for each way to change what the host runs that works. */
  const TAMPER = ['settings.json', 'CLAUDE.md', 'hooks/check.sh', 'hooks']
    .flatMap((name) => [
      `echo evil >> ${name}`,
      `rm -rf ${name}`,
      `mv ${name} moved`,
      `echo evil > new; mv -f new ${name}`,
      `chmod 777 ${name}`,
    ])
    .map((attempt) => `(${attempt}) 2>/dev/null && echo 'done: ${attempt}'`)
    .join('\n');

  it('brings the host’s history, takes the box’s, and leaves what the host runs as it was', async () => {
    const script = `cd ~/.claude; cat projects/old/talk.jsonl; echo of the box > projects/old/more; ${TAMPER}; true`;
    const ended = await run('acme', script);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: 'a conversation of the host' });
    expect(ended.stderr).toMatch(/share_host_login: Claude Code reads and writes .*\/home\/\.claude/);
    expect(read('projects/old/more')).toBe('of the box\n');
    expect([read('settings.json'), read('CLAUDE.md'), read('hooks/check.sh')]).toEqual([
      '{"model":"opus"}',
      'be kind',
      'true',
    ]);
  });

  it('lets every one of these changes through in a state of the client’s own', async () => {
    const make = 'cd ~/.claude; mkdir -p hooks; echo {} > settings.json; echo x > CLAUDE.md; echo x > hooks/check.sh';
    const ended = await run('initech', `${make}; ${TAMPER}; true`);
    expect(ended.stdout.match(/^done: /gm)?.length, ended.stdout).toBeGreaterThan(10);
    expect(ended.stderr).not.toContain('share_host_login');
    expect(read('settings.json')).toBe('{"model":"opus"}');
  });

  it('gives boxes a .claude.json of their own, with the account and no MCP server of the host', async () => {
    const ended = await run('acme', 'cat ~/.claude/.claude.json');
    const config = JSON.parse(ended.stdout);
    expect(config).toMatchObject({ oauthAccount: ACCOUNT.oauthAccount, hasCompletedOnboarding: true });
    expect(ended.stdout).not.toContain('mcp-of-host');
    expect(JSON.parse(readFileSync(join(lab.home, '.claude.json'), 'utf8'))).toEqual(ACCOUNT);
  });

  it('tells of what a box made that the host would run', async () => {
    const quiet = await run('acme', 'echo x > ~/.claude/projects/old/more');
    expect(quiet.stderr).not.toContain('look at it');
    const told = await run('acme', 'mkdir ~/.claude/commands; echo evil > ~/.claude/commands/deploy.md');
    expect(told.stderr).toContain(`${shared('commands')} is new or was replaced: look at it`);
    // From now on it is what the host runs.
    const again = await run('acme', 'echo more >> ~/.claude/commands/deploy.md');
    expect(again.code).not.toBe(0);
  });

  it('never mounts what a link of a box leads to', async () => {
    expect(await run('acme', `ln -s ${lab.home} ~/.claude/skills`)).toMatchObject({ code: 0 });
    const led = await run('acme', 'ls ~/.claude/skills/');
    expect(led).toMatchObject({ code: 125, stderr: expect.stringContaining('skills is a link') });
    rmSync(shared('skills'));
    expect(await run('acme', 'true')).toMatchObject({ code: 0 });
  });

  it('is for one box at a time, whichever client it is', async () => {
    const first = await run('acme', 'sleep 100', '--detach');
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const box = first.stdout.trim();
    const second = await run('globex', 'true');
    expect(second).toMatchObject({ code: 125, stderr: expect.stringContaining(`in use by ${box}`) });
    expect(await run('initech', 'true')).toMatchObject({ code: 0 });
    await lab.agentbox(['rm', '--force', box, ...ground.flags.slice(0, 2)]);
    expect(await run('globex', 'true')).toMatchObject({ code: 0 });
  });

  it('refuses a directory of another user and one behind a link', async () => {
    if (process.getuid?.() === 0) {
      give({ uid: 4321, gid: 4321 });
      const foreign = await run('acme', 'true');
      expect(foreign).toMatchObject({ code: 125, stderr: expect.stringMatching(/belongs to (another )?user/) });
      give(ground.owner);
    }
    renameSync(shared(), join(lab.home, 'elsewhere'));
    symlinkSync(join(lab.home, 'elsewhere'), shared());
    expect(await run('acme', 'true')).toMatchObject({ code: 125, stderr: expect.stringContaining('it is a link') });
    rmSync(shared());
    renameSync(join(lab.home, 'elsewhere'), shared());
    expect(await run('acme', 'true')).toMatchObject({ code: 0 });
  });

  it('is shown by creds and by a dry run', async () => {
    const creds = await lab.agentbox(['creds', '--client', 'acme', '--agent', 'claude']);
    expect(creds.stdout).toMatch(/share_host_login +\S+\/\.claude +mounted writable at \/home\/agent\/\.claude/);
    const plan = await run('acme', 'true', '--dry-run');
    expect(plan.stdout).toContain('share_host_login: Claude Code reads and writes');
  });
});

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('ssh_agent on %s', (_, ground) => {
  let lab: Lab;
  let agent = 0;
  const socket = () => join(lab.home, 'agent.sock');
  const asCaller = (...argv: string[]) => {
    const [file = '', ...args] = [...ground.as, ...argv];
    return spawnSync(file, args, {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...lab.environment(), SSH_AUTH_SOCK: socket() },
    });
  };
  // Only gVisor with its flag for it lets a box connect to a socket of the host.
  const flags = ground.gvisor ? ['--engine', 'docker', '--runtime', 'runsc-uds'] : ground.flags;

  beforeAll(async () => {
    lab = makeLab(ground);
    const client = { network: 'none', allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'] };
    lab.config(JSON.stringify({ clients: { acme: { ...client, ssh_agent: true }, globex: client } }));
    lab.write(join(lab.home, '.ssh/known_hosts'), 'git.host.test ssh-ed25519 AAAA\n');
    expect(asCaller('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(lab.home, '.ssh/id')).status).toBe(0);
    const started = asCaller('ssh-agent', '-a', socket());
    agent = Number(/SSH_AGENT_PID=(\d+)/.exec(started.stdout)?.[1]);
    expect(asCaller('ssh-add', join(lab.home, '.ssh/id')).status).toBe(0);
    const pub = readFileSync(join(lab.home, '.ssh/id.pub'), 'utf8');
    lab.writeState(join(lab.project, 'id.pub'), pub);
    lab.write(join(lab.home, 'signers'), `me ${pub}`);
  });

  afterAll(() => {
    if (agent > 0) process.kill(agent);
    lab?.close();
  });

  const run = (client: string, script: string, ...more: string[]) =>
    lab.agentbox(['run', '.', ...flags, '--client', client, '--agent', 'shell', ...more, '--', 'bash', '-c', script], {
      env: { SSH_AUTH_SOCK: socket() },
    });

  it('lists and signs with the caller’s keys', async () => {
    const script = 'ssh-add -l && echo text | ssh-keygen -q -Y sign -n file -f id.pub - > text.sig';
    const ended = await run('acme', script);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('ED25519') });
    expect(ended.stderr).toContain('ssh_agent: this box may sign with every key of your SSH agent');
    const verify = `ssh-keygen -Y verify -n file -I me -f ${lab.home}/signers -s ${lab.project}/text.sig`;
    const verified = asCaller('bash', '-c', `echo text | ${verify}`);
    expect(verified, verified.stderr).toMatchObject({ status: 0 });
  });

  it('signs commits of git', async () => {
    const config = '-c gpg.format=ssh -c user.signingkey=/workspace/id.pub -c user.name=a -c user.email=a@b.test';
    const ended = await run('acme', `git ${config} commit -q -S --allow-empty -m signed`);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(lab.git('cat-file', 'commit', 'HEAD')).toContain('BEGIN SSH SIGNATURE');
  });

  const CHANGES = [
    'ssh-keygen -q -t ed25519 -N "" -f /tmp/mine && ssh-add /tmp/mine',
    'ssh-add -d id.pub',
    'ssh-add -D',
    'echo pw | SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=/bin/cat ssh-add -x',
  ];

  it.each(CHANGES)('refuses to change them: %s', async (change) => {
    const ended = await run('acme', `${change}; echo "gave $?"`);
    expect(ended.stdout).not.toContain('gave 0');
    expect(asCaller('ssh-add', '-l').stdout.trim().split('\n')).toHaveLength(1);
    expect((await run('acme', 'ssh-add -l')).stdout).toContain('ED25519');
  });

  it('is off unless the client asks for it, and brings no private key', async () => {
    // Not ls, which old gVisor cannot run.
    const look = 'shopt -s nullglob; echo "[$SSH_AUTH_SOCK]" ~/.ssh/* /ssh-agent/*';
    expect((await run('globex', look)).stdout).toBe('[]\n');
    const on = await run('acme', `${look}; cat ~/.ssh/known_hosts`);
    const there = '[/ssh-agent/agent.sock] /home/agent/.ssh/known_hosts /ssh-agent/agent.sock';
    expect(on.stdout).toBe(`${there}\ngit.host.test ssh-ed25519 AAAA\n`);
  });

  it('leaves no socket behind, and runs in no box that nobody stays with', async () => {
    const plan = await run('acme', 'true', '--dry-run', '--json');
    expect(JSON.parse(plan.stdout).notices).toContainEqual(expect.stringContaining('ssh_agent'));
    expect(await run('acme', 'true', '--detach')).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('--detach'),
    });
    const ended = await run('acme', 'cat /proc/self/mountinfo');
    const source = /\S*agentbox-ssh-[0-9a-f]{16}/.exec(ended.stdout)?.[0];
    if (!ground.gvisor) expect(source).toBeDefined();
    if (source !== undefined) expect(existsSync(source)).toBe(false);
  });

  it('keeps none of this from the owner of the keys', () => {
    const id = join(lab.home, '.ssh/id');
    expect(asCaller('ssh-add', '-D')).toMatchObject({ status: 0 });
    expect(asCaller('ssh-add', '-l').stdout).not.toContain('ED25519');
    expect(asCaller('ssh-add', id)).toMatchObject({ status: 0 });
  });

  it('says so when there is no agent', async () => {
    const args = ['run', '.', ...flags, '--client', 'acme', '--agent', 'shell', '--', 'true'];
    expect(await lab.agentbox(args)).toMatchObject({ code: 125, stderr: expect.stringContaining('SSH_AUTH_SOCK') });
    const creds = await lab.agentbox(['creds', '--client', 'acme', '--agent', 'shell']);
    expect(creds.stdout).toMatch(/ssh_agent .*missing: SSH_AUTH_SOCK is not set/);
  });

  (ground.gvisor ? it : undefined)?.('is refused where gVisor reaches no socket of the host', async () => {
    const args = ['run', '.', ...ground.flags, '--client', 'acme', '--agent', 'shell', '--', 'true'];
    const ended = await lab.agentbox(args, { env: { SSH_AUTH_SOCK: socket() } });
    expect(ended).toMatchObject({ code: 125, stderr: expect.stringContaining('--host-uds=open') });
  });
});
