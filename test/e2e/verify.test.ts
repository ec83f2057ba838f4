import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, grounds } from './support/engines.ts';
import { BUILT, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';

interface Row {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly verdict: 'green' | 'red' | 'unknown' | 'skipped' | 'later';
  readonly seen: string;
}

interface Verified {
  readonly ok: boolean;
  readonly network: string;
  readonly rows: readonly Row[];
}

const CONFIG = `defaults: { allow_degraded: [memory-limit, cpus-limit, pids-limit] }
clients: { acme: {}, globex: {} }
`;
const LIMIT = 580_000;

function labOn(ground: Ground): Lab {
  const lab = makeLab(ground);
  lab.config(CONFIG);
  lab.write(join(lab.data, 'clients/globex/agents/shell/token'), 'theirs');
  return lab;
}

async function verify(lab: Lab, flags: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const ended = await lab.agentbox(['verify', '--client', 'acme', '--json', ...flags], { limit: LIMIT, env });
  const verified = ended.stdout === '' ? undefined : (JSON.parse(ended.stdout) as Verified);
  const of = (...verdicts: readonly Row['verdict'][]) =>
    (verified?.rows ?? []).filter(({ verdict }) => verdicts.includes(verdict)).map(({ id, seen }) => `${id}: ${seen}`);
  const ids = (...verdicts: readonly Row['verdict'][]) => of(...verdicts).map((text) => text.split(': ')[0]);
  return { ...ended, verified, of, ids };
}

describe.each(grounds().map((ground) => [ground.name, ground] as const))('agentbox verify on %s', (_, ground) => {
  let lab: Lab;
  // Only there gVisor may connect to the gateway's socket.
  const behindGateway = ground.gvisor ? ['--engine', 'docker', '--runtime', 'runsc-uds'] : ground.flags;

  beforeAll(() => {
    lab = labOn(ground);
  });
  afterAll(() => lab?.close());

  it('finds that a box without a network holds', async () => {
    const { verified, of, ids, code, stderr } = await verify(lab, [...ground.flags, '--network', 'none']);
    expect(of('red', 'unknown'), stderr).toEqual([]);
    expect({ code, ok: verified?.ok, network: verified?.network }).toEqual({ code: 0, ok: true, network: 'none' });
    expect(of('green').length).toBeGreaterThan(100);
    expect(of('later')).toEqual([]);
    expect(ids('green')).toEqual(
      expect.arrayContaining(['git', 'guarded', 'mask-read', 'mask-kept', 'aside-repository', 'aside-kept']),
    );
  });

  it('finds that a box with the gateway holds, and that what is allowed gets through', async () => {
    const { verified, of, ids, code, stderr } = await verify(lab, [...behindGateway, '--network', 'gateway']);
    expect(of('red', 'unknown'), stderr).toEqual([]);
    expect({ code, ok: verified?.ok, network: verified?.network }).toEqual({ code: 0, ok: true, network: 'gateway' });
    expect(ids('green')).toEqual(
      expect.arrayContaining(['reaches', 'reaches-http', 'brokered', 'placeholder', 'environments', 'wrong-host']),
    );
  });

  it('is red where the network is open, and only about that', async () => {
    const { verified, of, ids, code, stderr } = await verify(lab, [...ground.flags, '--network', 'open']);
    expect(code, stderr).toBe(1);
    expect(verified?.ok).toBe(false);
    expect(ids('red')).toEqual(expect.arrayContaining(['interfaces', 'routes', 'unvisited']));
    expect(ids('red')).toContainEqual(expect.stringMatching(/^host-tcp-/));
    expect(of('unknown')).toEqual([]);
    const others = verified?.rows.filter(({ verdict, group }) => verdict === 'red' && group !== 'G3');
    expect(others).toEqual([]);
  });

  it('prints the same for people, a row each under their guarantees', async () => {
    const ended = await lab.agentbox(['verify', '--client', 'acme', ...ground.flags, '--network', 'none'], {
      limit: LIMIT,
    });
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    for (const group of ['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G8'])
      expect(ended.stdout).toContain(`\n${group} `.trimStart());
    expect(ended.stdout).toMatch(/^ {2}green +has no capability +as it should be$/m);
    expect(ended.stdout).not.toContain('\x1b');
    expect(ended.stderr).toMatch(/\d+ green, \d+ skipped: client acme, /);
    expect(ended.stderr).not.toContain('not counted');
  });

  it('leaves nothing behind in the client’s folder, nor anywhere else', async () => {
    expect(readdirSync(join(lab.data, 'clients/acme/workspaces'))).toEqual([]);
    expect(readdirSync(join(lab.home, '.cache')).filter((name) => name.includes('verify'))).toEqual([]);
    await expect
      .poll(() => leftovers(lab).filter((line) => !line.includes('gateway') && !line.includes('__keeper')), {
        timeout: 20_000,
      })
      .toEqual([]);
  });
});

const [ground] = grounds();

if (ground !== undefined) {
  it('agentbox verify says what stops it, and tells of no row', async () => {
    const lab = labOn(ground);
    try {
      const ended = await lab.agentbox(['verify', '--client', 'acne', '--json', ...ground.flags]);
      expect(ended.code).toBe(125);
      expect(JSON.parse(ended.stdout)).toMatchObject({ error: { message: 'there is no client "acne"' } });
      expect(ended.stderr).toContain('there is no client "acne"');
    } finally {
      lab.close();
    }
  });
}

/** Something taken out of the built program: a wall, with the look at it that would stop the run before its start. */
interface Sabotage {
  readonly what: string;
  readonly changes: readonly (readonly [from: string, to: string])[];
  readonly verdict: 'red' | 'unknown';
  /** Rows that must tell. */
  readonly rows: readonly string[];
}

const BLIND = [
  'differences(spec,imageEnv,actual);if(found.length===0)',
  'differences(spec,imageEnv,actual);if(!0)',
] as const;

const UNGUARDED = ['.envrc', '.vscode/tasks.json', 'nested/folder/.envrc'].flatMap((path) =>
  ['write', 'replace', 'move', 'remove'].map((how) => `guard-${how}-${path}`),
);
const UNMASKED = ['mask-read', 'mask-write', 'mask-move', 'mask-remove', 'mask-kept'];

const SABOTAGE: readonly Sabotage[] = [
  {
    what: 'a root that can be written',
    changes: [BLIND, ['ReadonlyRootfs:!0', 'ReadonlyRootfs:!1']],
    verdict: 'red',
    rows: ['mounts', 'made'],
  },
  {
    what: 'capabilities that were not dropped',
    changes: [BLIND, ['CapDrop:["ALL"]', 'CapDrop:[]']],
    verdict: 'red',
    rows: ['capabilities', 'made'],
  },
  {
    what: 'no seccomp profile and privileges to be gained',
    changes: [BLIND, ['SecurityOpt:["no-new-privileges"', 'SecurityOpt:["seccomp=unconfined"']],
    verdict: 'red',
    rows: ['NoNewPrivs', 'Seccomp', 'call-unshare-users', 'made'],
  },
  {
    what: 'the host’s /run, engine socket and all',
    changes: [
      BLIND,
      ['Privileged:!1', 'Privileged:!1,Binds:["/run:/run/host","/var/run/docker.sock:/var/run/docker.sock"]'],
    ],
    verdict: 'red',
    rows: ['mounts', 'sockets', 'made'],
  },
  {
    what: 'a device of the host',
    changes: [
      BLIND,
      [
        'Privileged:!1',
        'Privileged:!1,Devices:[{PathOnHost:"/dev/fuse",PathInContainer:"/dev/fuse",CgroupPermissions:"rwm"}]',
      ],
    ],
    verdict: 'red',
    rows: ['devices', 'made'],
  },
  {
    what: 'no limit on processes',
    changes: [BLIND, ['{PidsLimit:pids}', '{}']],
    verdict: 'red',
    rows: ['limit-pids', 'forks', 'made'],
  },
  {
    what: 'a network where none was planned',
    changes: [BLIND, ['NetworkMode:spec.network==="none"?"none"', 'NetworkMode:spec.network==="none"?"bridge"']],
    verdict: 'red',
    rows: ['interfaces', 'routes', 'unvisited', 'made'],
  },
  {
    what: 'a project with nothing over it',
    changes: [
      ['...gitMounts(', '...(() => [])('],
      ['?guardMounts(', '?(() => [])('],
      ['...maskMounts(', '...(() => [])('],
    ],
    verdict: 'red',
    rows: ['git', 'git-move', 'objects', 'guard-write-.envrc', ...UNGUARDED, 'guarded', ...UNMASKED],
  },
  {
    what: 'nobody who looks for what a box leaves',
    changes: [
      ['let tree=await walk(project,{protect:patterns(baseline.protect)})', 'let tree=await walk("/var/empty")'],
    ],
    verdict: 'red',
    rows: ['aside-file', 'aside-folder', 'aside-repository', 'aside-bare', 'aside-kept', 'aside-back'],
  },
  {
    what: 'work that is thrown away before anybody has seen it',
    changes: [['options.ended&&!await hasWork(folder)&&', 'options.ended&&']],
    verdict: 'red',
    rows: ['aside-kept', 'aside-back'],
  },
  {
    what: 'attacks that break off',
    changes: [['look => \\\\&look, list', 'list']],
    verdict: 'unknown',
    rows: ['hidden-0'],
  },
  {
    what: 'attacks that never answer',
    changes: [['lo => \\\\&loopback', 'lo => sub { }']],
    verdict: 'unknown',
    rows: ['loopback'],
  },
];

const [docker] = grounds().filter(({ name }) => name === 'docker');

if (docker !== undefined) {
  describe('agentbox verify is not green with', () => {
    it.each(SABOTAGE.map((sabotage) => [sabotage.what, sabotage] as const))(
      '%s',
      async (_, { changes, verdict, rows }) => {
        const lab = labOn(docker);
        try {
          const program = join(lab.dir, 'bin', 'agentbox');
          let text = readFileSync(BUILT, 'utf8');
          for (const [from, to] of changes) {
            expect(text.split(from).length - 1, from).toBe(1);
            text = text.replace(from, () => to);
          }
          // Removed first: it may be a link to the single executable.
          rmSync(program);
          writeFileSync(program, text, { mode: 0o755 });
          const { code, ids, stderr } = await verify(lab, [...docker.flags, '--network', 'none']);
          expect(ids(verdict), stderr).toEqual(expect.arrayContaining([...rows]));
          expect(code).toBe(1);
        } finally {
          lab.close();
        }
      },
    );
  });
}
