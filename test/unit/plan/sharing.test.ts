import { describe, expect, it } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { codex } from '../../../src/agents/codex.ts';
import { shell } from '../../../src/agents/shell.ts';
import { planBox, type RunRequest } from '../../../src/plan/box.ts';
import type { HostFacts } from '../../../src/plan/facts.ts';
import { reachesHostSockets } from '../../../src/plan/hostSockets.ts';
import { sharingNotices } from '../../../src/plan/sharing.ts';
import { docker, hostFacts, profile } from '../support/facts.ts';

const project = { path: '/srv/app', uid: 1000, gid: 1000 };
const run: RunRequest = {
  args: [],
  terminal: false,
  detach: false,
  resume: false,
  command: undefined,
  suffix: 'x1',
  started: new Date('2026-01-02T03:04:05Z'),
  version: '0.1.0',
  image: 'agentbox/claude:1',
  runtime: undefined,
  terminalEnv: {},
};
const shared = {
  path: '/home/user/.claude',
  uid: 1000,
  covered: [
    { name: 'settings.json', inode: 1 },
    { name: 'hooks', inode: 2 },
  ],
};
const plan = (changes = {}, facts: Partial<HostFacts> = {}, more: Partial<RunRequest> = {}) =>
  planBox(profile({ network: 'none', ...changes }), claude, project, hostFacts(facts), { ...run, ...more });

describe('share_host_login', () => {
  it('makes the directory the state, and what the host runs of it read-only', () => {
    const { box, notices } = plan({ shareHostLogin: true }, { shared });
    expect(
      box.mounts.slice(1, 4).map(({ source, target, write, relabel }) => [source, target, write, relabel]),
    ).toEqual([
      ['/home/user/.claude', '/home/agent/.claude', true, false],
      ['/home/user/.claude/settings.json', '/home/agent/.claude/settings.json', false, false],
      ['/home/user/.claude/hooks', '/home/agent/.claude/hooks', false, false],
    ]);
    expect(JSON.stringify(box.mounts)).not.toContain('agents/claude');
    expect(box.labels['dev.agentbox.shared']).toBe('/home/user/.claude');
    expect(notices).toEqual([
      expect.stringContaining('share_host_login: Claude Code reads and writes /home/user/.claude'),
    ]);
  });

  it('leaves no trace where it is not asked for', () => {
    const { box, notices } = plan();
    expect(box.labels).not.toHaveProperty('dev.agentbox.shared');
    expect(notices).toEqual([]);
  });

  it('says on macOS that the login is not among it', () => {
    expect(plan({}, { shared, platform: 'darwin' }).notices[0]).toContain('the login is in the keychain');
    const where = { platform: 'darwin', shared } as const;
    expect(sharingNotices(profile(), codex, where)[0]).not.toContain('keychain');
  });

  it.each<[string, Partial<HostFacts>, object]>([
    ['of another user', { shared: { ...shared, uid: 1001 } }, {}],
    [
      'of root, for a box of somebody else',
      { shared: { ...shared, uid: 0 }, caller: { uid: 0, gid: 0, name: 'root' } },
      {},
    ],
    ['that is the home', { shared: { ...shared, path: '/home/user' } }, {}],
    [
      'in which another client works',
      { shared, claims: [{ client: 'globex', projects: ['/home/user/.claude/x'] }] },
      {},
    ],
    ['that holds agentbox’s own', { shared: { ...shared, path: '/home/user/.config' } }, {}],
    ['with agent_config', { shared }, { agentConfig: { claude: '/srv/config' } }],
    [
      'with a credential in it',
      { shared },
      {
        credentials: { TOKEN: { source: { env: 'T' }, deliver: { file: '/home/agent/.claude/t' }, agents: undefined } },
      },
    ],
  ])('refuses a directory %s', (_, facts, changes) => {
    expect(() => plan(changes, facts)).toThrow(expect.objectContaining({ trouble: 'refused' }));
  });

  it('lets root share it with a box of its owner', () => {
    expect(plan({}, { shared, caller: { uid: 0, gid: 0, name: 'root' } }).box.uid).toBe(1000);
  });
});

describe('share_refresh', () => {
  it('is named at every run, with what it costs', () => {
    expect(plan({ login: 'host', shareRefresh: true }).notices).toEqual([
      expect.stringContaining('who renews it first logs the others out'),
    ]);
    expect(plan({ login: 'own', shareRefresh: true }).notices).toEqual([expect.stringContaining('has no effect')]);
    const asShell = planBox(profile({ network: 'none', shareRefresh: true }), shell, project, hostFacts(), run);
    expect(asShell.notices).toEqual([]);
  });
});

describe('ssh_agent', () => {
  const on = { sshAgent: true };

  it('mounts a directory for a socket of its own, never the agent’s', () => {
    const { box, notices } = plan(on);
    expect(box.mounts.at(-1)).toMatchObject({ source: '/tmp/agentbox-ssh-1', target: '/ssh-agent', write: false });
    expect(JSON.stringify(box)).not.toContain('/tmp/ssh-user');
    expect(box.env['SSH_AUTH_SOCK']).toBe('/ssh-agent/agent.sock');
    expect(notices).toEqual([expect.stringContaining('ssh_agent: this box may sign')]);
  });

  it('is nowhere when it is off', () => {
    expect(JSON.stringify(plan().box)).not.toMatch(/ssh/i);
  });

  it.each<[string, Partial<HostFacts>, Partial<RunRequest>, string]>([
    ['--detach', {}, { detach: true }, '--detach'],
    ['macOS', { platform: 'darwin' }, {}, 'virtual machine'],
    ['Docker Desktop', { engine: { ...docker, desktop: true } }, {}, 'virtual machine'],
    ['SELinux', { engine: { ...docker, selinux: true } }, {}, 'SELinux'],
    ['gVisor without its flag', {}, { runtime: 'runsc' }, '--host-uds=open'],
    ['a virtual machine', {}, { runtime: 'kata' }, 'virtual machines'],
  ])('is refused with the reason under %s', (_, facts, more, why) => {
    expect(() => plan(on, facts, more)).toThrow(
      expect.objectContaining({ trouble: 'refused', why: expect.stringContaining(why) }),
    );
  });

  it('says how to start an agent where there is none', () => {
    const sshAgent = { socket: undefined, directory: '/tmp/x' };
    expect(() => plan(on, { sshAgent })).toThrow(expect.objectContaining({ why: 'SSH_AUTH_SOCK is not set' }));
  });

  it('runs under gVisor that was registered for it', () => {
    const details = (flag: string) => ({
      ...docker,
      details: { cgroupVersion: '2', storage: undefined, runtimeArgs: { runsc: ['--platform=ptrace', flag] } },
    });
    for (const flag of ['--host-uds=open', '--host-uds=all', '--fsgofer-host-uds']) {
      expect(reachesHostSockets(details(flag), 'runsc')).toBe(true);
    }
    for (const flag of ['--host-uds=none', '--host-uds=create', '--fsgofer-host-uds=false']) {
      expect(reachesHostSockets(details(flag), 'runsc')).toBe(false);
    }
    expect(plan(on, { engine: details('--host-uds=open') }, { runtime: 'runsc' }).box.mounts).toHaveLength(4);
  });
});

describe('a scratch folder', () => {
  const scratch = {
    path: '/home/user/.local/share/agentbox/clients/acme/scratch',
    uid: 1000,
    gid: 1000,
    scratch: true,
  };
  const planIn = (where: typeof project, changes = {}) =>
    planBox(profile({ network: 'none', ...changes }), claude, where, hostFacts(), run).box;

  it('is at /workspace, though it lies in agentbox’s own directory', () => {
    expect(planIn(scratch, { workspacePath: 'same' })).toMatchObject({ workdir: '/workspace' });
    expect(planIn(scratch).labels['dev.agentbox.project']).toBe(scratch.path);
    const { scratch: _, ...asProject } = scratch;
    expect(() => planIn(asProject)).toThrow(/refused/);
  });
});
