import { describe, expect, it } from 'vitest';
import type { Agent } from '../../../src/agents/agent.ts';
import { planBox, type RunRequest } from '../../../src/plan/box.ts';
import { gatewayName } from '../../../src/plan/gatewayNames.ts';
import { docker, hostFacts, podman, profile } from '../support/facts.ts';

const agent: Agent = {
  name: 'claude',
  title: 'Claude Code',
  image: 'claude',
  package: undefined,
  command: ({ autonomy, resume }) => [
    'claude',
    ...(autonomy === 'auto' ? ['--yes'] : []),
    ...(resume ? ['--continue'] : []),
  ],
  argsAreCommand: false,
  versionCommand: ['claude', '--version'],
  stateDir: '/home/agent/.claude',
  locksState: true,
  env: { CLAUDE_CONFIG_DIR: '/home/agent/.claude' },
  providers: {},
  defaultProviders: [],
  hosts: [],
  homeLinks: {},
  guardEnv: {},
  otherProviders: [],
  login: undefined,
  configEntries: [],
  firstRun: () => [],
};

const project = { path: '/srv/My App: ünï', uid: 1000, gid: 1000 };

const run: RunRequest = {
  args: ['-p', 'hi'],
  terminal: false,
  detach: false,
  resume: false,
  command: undefined,
  suffix: 'x1',
  started: new Date('2026-01-02T03:04:05Z'),
  version: '0.1.0',
  image: 'agentbox/claude:1',
  runtime: undefined,
  terminalEnv: { TERM: 'xterm-256color' },
};

const plan = (changes = {}, request: Partial<RunRequest> = {}, facts = hostFacts()) =>
  planBox(profile(changes), agent, project, facts, { ...run, ...request });

describe('the plan of a box', () => {
  it('mounts the project, the client’s state and history, and nothing else', () => {
    expect(plan().box.mounts.map(({ source, target, write }) => ({ source, target, write }))).toEqual([
      { source: project.path, target: '/workspace', write: true },
      {
        source: '/home/user/.local/share/agentbox/clients/acme/agents/claude',
        target: '/home/agent/.claude',
        write: true,
      },
      { source: '/home/user/.local/share/agentbox/clients/acme/history', target: '/home/agent/.history', write: true },
    ]);
  });

  it('has a name that an engine takes, whatever the project is called', () => {
    expect(plan().box.name).toBe('agentbox-acme-my-app-n-claude-x1');
  });

  it('gives the agent’s command the user’s arguments', () => {
    expect(plan().box.argv).toEqual(['claude', '--yes', '-p', 'hi']);
    expect(plan({ autonomy: 'ask' }, { resume: true, args: [] }).box.argv).toEqual(['claude', '--continue']);
  });

  it('runs the arguments themselves where they are the command', () => {
    const shell = { ...agent, argsAreCommand: true };
    expect(planBox(profile(), shell, project, hostFacts(), { ...run, args: ['make', 'test'] }).box.argv).toEqual([
      'make',
      'test',
    ]);
  });

  it('puts the project at its own path when asked to', () => {
    const { box } = plan({ workspacePath: 'same' });
    expect(box.workdir).toBe(project.path);
    expect(box.mounts[0]?.target).toBe(project.path);
  });

  it('says in one line that the network is open, and nothing when it is not', () => {
    expect(plan().notices).toEqual([expect.stringContaining('network open')]);
    expect(plan({ network: 'none' }).notices).toEqual([]);
  });

  it('has no network with a gateway, but the directory of its sockets and the variables that lead there', () => {
    const { box, notices } = plan({ network: 'gateway' });
    expect(box.network).toBe('none');
    expect(box.labels['dev.agentbox.network']).toBe('gateway');
    expect(box.mounts.at(-1)).toEqual({
      source: gatewayName('acme', hostFacts().paths),
      volume: true,
      target: '/run/agentbox-gateway',
      write: false,
      relabel: false,
      purpose: 'gateway',
    });
    expect(box.env).toMatchObject({
      HTTPS_PROXY: 'http://127.0.0.1:17080',
      https_proxy: 'http://127.0.0.1:17080',
      no_proxy: 'localhost,127.0.0.1,::1',
      NODE_USE_ENV_PROXY: '1',
      SSL_CERT_FILE: '/run/agentbox/ca-certificates.crt',
      CLAUDE_CONFIG_DIR: '/home/agent/.claude',
    });
    expect(notices).toEqual([]);
    expect(Object.keys(plan().box.env)).not.toContain('HTTPS_PROXY');
  });

  it('leaves names to the gateway, and other flags of the engine to the engine', () => {
    const engineArgs = { dns: '10.0.0.1', 'dns-search': 'corp', 'add-host': 'a:10.0.0.2', ulimit: 'nofile=99' };
    const { box, notices } = plan({ network: 'gateway', engineArgs });
    expect(box.extra).toEqual({ ulimit: 'nofile=99' });
    expect(notices).toEqual([expect.stringContaining('dns-search has no effect')]);
    expect(plan({ engineArgs }).box.extra).toEqual(engineArgs);
  });

  it.each([
    ['runsc', '--host-uds=open'],
    ['kata-fc', 'virtual machines'],
    ['/usr/bin/krun', 'virtual machines'],
  ])('refuses a gateway under %s with the reason', (runtime, why) => {
    expect(() => plan({ network: 'gateway', runtime }, { runtime })).toThrow(
      expect.objectContaining({ trouble: 'unavailable', why: expect.stringContaining(why) }),
    );
    expect(plan({ network: 'none', runtime }, { runtime }).box.runtime).toBe(runtime);
  });

  it('keeps no variable of the user: those travel in the payload', () => {
    expect(plan({ env: { TOKEN: 's3cret' } }).box.env).toEqual({
      AGENTBOX: '1',
      CLAUDE_CONFIG_DIR: '/home/agent/.claude',
      HISTFILE: '/home/agent/.history/bash_history',
      HOME: '/home/agent',
      TERM: 'xterm-256color',
    });
  });

  it('mounts what the user asks for, read-only unless told, never over the box’s own', () => {
    const mounts = [{ source: '/srv/data', target: '/data', write: false }];
    expect(plan({ mounts }).box.mounts.at(-1)).toMatchObject({ source: '/srv/data', target: '/data', write: false });
    expect(() => plan({ mounts: [{ source: '/srv/data', target: '/workspace', write: false }] })).toThrow(
      /cannot mount/,
    );
    expect(() => plan({ mounts: [...mounts, ...mounts] })).toThrow(
      expect.objectContaining({ why: 'it would cover /data' }),
    );
    expect(() => plan({ mounts: [{ source: '/home/user', target: '/data', write: false }] })).toThrow(/refused/);
  });

  it('labels for SELinux only where it is on', () => {
    expect(plan().box.selinuxLevel).toBeUndefined();
    const { box } = plan({}, {}, hostFacts({ engine: { ...docker, selinux: true } }));
    expect(box.selinuxLevel).toMatch(/^s0:c/);
    expect(box.mounts.map((mount) => mount.relabel)).toEqual([true, true, true]);
  });

  it('keeps the caller’s ids on rootless podman', () => {
    const engine = { ...podman, ignoredLimits: [] };
    expect(plan({}, {}, hostFacts({ engine })).box).toMatchObject({ keepId: true, uid: 1000 });
  });

  it('is plain data', () => {
    const { box } = plan();
    expect(JSON.parse(JSON.stringify(box))).toMatchObject({ name: box.name, network: 'open' });
  });
});
