import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { commandLine, podmanArgs } from '../../../src/plan/commandLine.ts';
import type { BoxSpec, EngineKind, Mount } from '../../../src/plan/spec.ts';

const spec: BoxSpec = {
  name: 'agentbox-acme-shop-claude-x1',
  labels: { 'dev.agentbox': 'box', 'dev.agentbox.project': '/home/user/my shop' },
  image: 'agentbox/claude:1f3c',
  uid: 1000,
  gid: 1001,
  keepId: true,
  argv: ['claude', '-p', 'fix "it"', ''],
  workdir: '/workspace',
  hostname: 'acme',
  env: { HOME: '/home/agent', ODD: 'a b\nc=d' },
  mounts: [{ source: '/home/user/my shop', target: '/workspace', write: true, relabel: true, purpose: 'project' }],
  tmpfs: [{ target: '/home/agent', size: 1024, mode: 0o700, exec: true }],
  network: 'none',
  runtime: undefined,
  limits: { memory: 4096, cpus: 1.5, pids: 64 },
  terminal: false,
  selinuxLevel: undefined,
  extra: {},
};

const KINDS: readonly EngineKind[] = ['docker', 'podman'];
const mountsOf = (line: readonly string[]) => line.filter((arg) => arg.startsWith('--mount='));
const withMount = (changes: Partial<Mount>): BoxSpec => ({
  ...spec,
  mounts: spec.mounts.map((mount) => ({ ...mount, ...changes })),
});

/** A field list as encoding/csv of Go reads it. */
function readCsv(line: string): string[] {
  const fields: string[] = [];
  const pattern = /(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/gy;
  for (let match = pattern.exec(line); match !== null; match = pattern.exec(line)) {
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (pattern.lastIndex === line.length) return fields;
  }
  throw new Error(`not CSV: ${line}`);
}

describe.each(KINDS)('the command line of %s', (kind) => {
  it('takes every privilege away', () => {
    const line = commandLine(spec, kind);
    for (const flag of ['--cap-drop=ALL', '--security-opt=no-new-privileges', '--read-only', '--user=1000:1001']) {
      expect(line).toContain(flag);
    }
    for (const name of ['ipc', 'cgroupns']) expect(line).toContain(`--${name}=private`);
    expect(line).toContain('--network=none');
    expect(line).toContain('--pull=never');
    expect(line.join(' ')).not.toMatch(/privileged|cap-add|--device|seccomp/);
  });

  it('names a volume that who may write to it fills, and nobody else', () => {
    const line = (write: boolean) =>
      commandLine(withMount({ source: 'shared', volume: true, target: '/x', write }), kind);
    expect(line(true)).toContain('--volume=shared:/x:rw');
    expect(line(false)).toContain('--volume=shared:/x:ro,nocopy');
    expect(mountsOf(line(true))).toEqual([]);
  });

  it('sets the limits, with no swap beyond the memory, and leaves out what was given up', () => {
    const line = commandLine(spec, kind);
    expect(line.filter((arg) => /^--(memory|memory-swap|cpus|pids-limit)=/.test(arg))).toEqual([
      '--memory=4096b',
      '--memory-swap=4096b',
      '--cpus=1.5',
      '--pids-limit=64',
    ]);
    expect(commandLine({ ...spec, limits: {} }, kind).join(' ')).not.toMatch(/memory|cpus|pids-limit/);
  });

  it('ends with the image and the arguments of the agent as they are', () => {
    expect(commandLine(spec, kind).slice(-4)).toEqual(['claude', '-p', 'fix "it"', '']);
    expect(commandLine(spec, kind)).toContain('agentbox/claude:1f3c');
  });

  it('has one argument for every variable, label and extra flag', () => {
    const line = commandLine({ ...spec, extra: { 'shm-size': '64m', dns: '1.1.1.1' } }, kind);
    expect(line).toContain('--env=ODD=a b\nc=d');
    expect(line).toContain('--label=dev.agentbox.project=/home/user/my shop');
    expect(line).toContain('--shm-size=64m');
    expect(line).toContain('--dns=1.1.1.1');
  });

  it('names the runtime only when one was chosen', () => {
    expect(commandLine(spec, kind).join(' ')).not.toContain('--runtime');
    expect(commandLine({ ...spec, runtime: 'runsc' }, kind)).toContain('--runtime=runsc');
  });

  it('mounts read-only what must not be written, without what is mounted below it', () => {
    expect(mountsOf(commandLine(withMount({ write: false }), kind))).toEqual([
      '--mount=type=bind,src=/home/user/my shop,dst=/workspace,readonly,bind-nonrecursive',
    ]);
  });

  it('quotes paths so that they are read back as they are', () => {
    const path = fc.string({ unit: 'binary' }).map((text) => `/${text.replace(/[\r\n\0]/g, '')}`);
    fc.assert(
      fc.property(path, path, (source, target) => {
        const [argument = ''] = mountsOf(commandLine(withMount({ source, target }), kind));
        expect(readCsv(argument.slice('--mount='.length))).toEqual(['type=bind', `src=${source}`, `dst=${target}`]);
      }),
    );
  });

  it.each(['source', 'target'] as const)('refuses a line break in the %s of a mount', (side) => {
    const make = () => commandLine(withMount({ [side]: '/a\nb' }), kind);
    expect(make).toThrow(UserError);
    expect(make).toThrow(expect.objectContaining({ trouble: 'refused' }));
  });

  it('asks for labels of SELinux only where there is a level', () => {
    expect(commandLine(spec, kind).join(' ')).not.toMatch(/label=level|[,:]Z/);
    const labelled = commandLine({ ...spec, selinuxLevel: 's0:c1,c2' }, kind);
    expect(labelled).toContain('--security-opt=label=level:s0:c1,c2');
    expect(labelled.join(' ')).toMatch(/my shop.*,Z/);
    const unlabelled = commandLine({ ...withMount({ relabel: false }), selinuxLevel: 's0:c1,c2' }, kind);
    expect(unlabelled.join(' ')).not.toMatch(/,Z/);
  });
});

describe('the command line of podman', () => {
  const flags = (changes: Partial<BoxSpec> = {}, how?: Parameters<typeof podmanArgs>[1]) =>
    podmanArgs({ ...spec, ...changes }, how);

  it('keeps out what podman brings in from the host by itself', () => {
    const wanted = [
      '--read-only-tmpfs=false',
      '--http-proxy=false',
      '--env-host=false',
      '--passwd=false',
      '--no-hosts',
    ];
    expect(flags()).toEqual(expect.arrayContaining([...wanted, '--sdnotify=ignore', '--image-volume=ignore']));
  });

  it('has names of hosts only when one is asked for, because both cannot be had', () => {
    expect(flags({ extra: { 'add-host': 'db:10.0.0.1' } })).not.toContain('--no-hosts');
  });

  it('hands over descriptor 3 and has the entrypoint read it', () => {
    expect(flags()).toContain('--preserve-fds=1');
    expect(flags()).toContain('--entrypoint=["/usr/bin/tini","--","/usr/local/lib/agentbox/stage","fd3","--"]');
  });

  it('gives keys and signals to nobody but the agent and agentbox', () => {
    expect(flags()).toEqual(expect.arrayContaining(['--detach-keys=', '--sig-proxy=false']));
  });

  it('gives memory to the user of the box by the only word podman has for it', () => {
    expect(flags()).toContain('--tmpfs=/home/agent:rw,exec,nosuid,nodev,mode=700,size=1024,notmpcopyup,U');
  });

  it('takes the runtime before its command', () => {
    expect(flags({ runtime: 'crun' }).slice(0, 2)).toEqual(['--runtime=crun', 'run']);
  });

  it('maps the caller to the same numbers only where that was planned', () => {
    expect(flags()).toContain('--userns=keep-id');
    expect(flags({ keepId: false }).join(' ')).not.toContain('userns');
  });

  it('is connected to unless detached, and keeps a detached terminal open', () => {
    const detached = { cidfile: '/run/x.cid', detached: true, detachKeys: undefined };
    expect(flags()).toContain('--interactive');
    expect(flags({}, detached)).toEqual(expect.arrayContaining(['--detach', '--cidfile=/run/x.cid']));
    expect(flags({}, detached)).not.toContain('--interactive');
    expect(flags({ terminal: true }, detached)).toEqual(expect.arrayContaining(['--interactive', '--tty']));
  });
});

describe('the command line of docker', () => {
  it('tells the entrypoint where the payload comes from', () => {
    expect(commandLine(spec, 'docker').join(' ')).toContain('agentbox/stage stdin -- claude');
    expect(commandLine({ ...spec, terminal: true }, 'docker').join(' ')).toContain('agentbox/stage terminal -- claude');
  });

  it('gives memory to the user of the box', () => {
    expect(commandLine(spec, 'docker')).toContain(
      '--tmpfs=/home/agent:rw,exec,nosuid,nodev,mode=700,size=1024,uid=1000,gid=1001',
    );
  });
});
