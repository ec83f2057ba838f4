import { chownSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conversation, startModelApi, type Turn } from '../stand-ins/modelApi.ts';
import { scriptOf, WORKSPACE_ATTACKS, type WorkspaceAttack } from './attacks/workspace.ts';
import { type Ground, sessionGrounds } from './support/engines.ts';
import { foldingFolder } from './support/foldingFolder.ts';
import { type HostUser, hostUser } from './support/hostUser.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';

const KEY = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';
const STRUCK = 'all of it was tried';

const numberOf = (attack: WorkspaceAttack) => WORKSPACE_ATTACKS.indexOf(attack);
const isNew = ({ folder }: WorkspaceAttack) => folder.startsWith('new-');
/** What the agent does at one go. */
const PARTS = [
  WORKSPACE_ATTACKS.filter(({ folder }) => folder === 'old'),
  WORKSPACE_ATTACKS.filter(isNew),
  WORKSPACE_ATTACKS.filter(({ folder }) => folder.startsWith('git-')),
];

/** A project with all that is to be attacked, and the host's user. */
function prepared(ground: Ground): { readonly lab: Lab; readonly user: HostUser } {
  const lab = makeLab(ground);
  lab.config(`
clients:
  acme:
    projects: [${lab.project}]
    credentials:
      ANTHROPIC_API_KEY: { env: ACME_KEY }
    allow_degraded: [memory-limit, cpus-limit, pids-limit]
`);
  const user = hostUser(lab);
  const folders = [...new Set(WORKSPACE_ATTACKS.map(({ folder }) => folder)), 'during'];
  user.do(`mkdir ${folders.join(' ')}`);
  user.do(scriptOf('host', WORKSPACE_ATTACKS, lab.project, () => ''));
  user.do(
    'git init -q .; echo : > .envrc; mkdir .vscode; echo {} > .vscode/settings.json',
    join(lab.project, 'during'),
  );
  return { lab, user };
}

const struck = (part: readonly WorkspaceAttack[], user: HostUser, root: string) =>
  scriptOf('box', part, root, (attack) => user.canary(numberOf(attack)));

/** What fires when the host's user goes about their work. */
function afterwards({ lab, user }: ReturnType<typeof prepared>): readonly string[] {
  user.do(scriptOf('after', WORKSPACE_ATTACKS, lab.project, () => ''));
  return named(user.fired());
}

const named = (fired: readonly string[]) => fired.map((name) => WORKSPACE_ATTACKS[Number(name)]?.what ?? name).sort();

/** While it runs: settings of git change, a guarded file is replaced as editors do, one in a guarded folder is saved, git is asked. */
const DURING_HOST =
  'git config host.during 1; echo more > .vscode/new; mv .vscode/new .vscode/settings.json; git status; echo "export A=2" > .new; mv .new .envrc; touch saved';
const duringBox = (user: HostUser) => `cd /workspace/during; touch up
for i in $(seq 200); do test -e saved && break; sleep 0.1; done; sleep 1
git config core.fsmonitor 'touch ${user.canary('during-config')}; :'
echo 'touch ${user.canary('during-envrc')}' >> .envrc
mv .git g; echo 'touch ${user.canary('during-tasks')}' > .vscode/settings.json; mv .vscode v`;

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'the real Claude Code attacks a project on %s',
  (_, ground) => {
    it(`in ${WORKSPACE_ATTACKS.length} ways, and nothing of it is run by the host`, async () => {
      const here = prepared(ground);
      const { lab, user } = here;
      const bash = (command: string): Turn => ({ tool: 'Bash', input: { command, description: 'works' } });
      const turns: readonly Turn[] = [
        bash(duringBox(user)),
        ...PARTS.map((part) => bash(`${struck(part, user, '/workspace')}; echo "${STRUCK}"`)),
        { text: 'It is done.' },
      ];
      const api = await startModelApi({ turns, host: '0.0.0.0' });
      try {
        const url = `ANTHROPIC_BASE_URL=http://${hostAddress()}:${api.port}`;
        const args = ['run', '.', ...ground.flags, '--client', 'acme', '--env', url, '--', '-p', 'work'];
        const going = lab.agentbox(args, { env: { ACME_KEY: KEY }, limit: 110_000 });
        const during = join(lab.project, 'during');
        await expect.poll(() => existsSync(join(during, 'up')), { timeout: 60_000 }).toBe(true);
        user.do(DURING_HOST, during);
        const ended = await going;
        expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: 'It is done.\n' });
        const last = JSON.stringify(conversation(api.requests).at(-1)?.body);
        expect(last.split(STRUCK).length - 1).toBeGreaterThanOrEqual(PARTS.length);

        expect(ended.stderr).toContain('WARNING: during/.envrc was replaced on this machine');
        // The box could write it since, and did; so it waits for the user's word.
        expect(existsSync(join(during, '.envrc'))).toBe(false);
        user.do(
          'git status; git config host.during; for f in .vscode/settings.json .envrc; do test ! -e $f || sh $f; done',
          during,
        );
        expect(afterwards(here)).toEqual([]);
        expect(ended.stderr).toMatch(/the box left \d+ things that this machine would run by itself; moved aside:/);
      } finally {
        await api.close();
        lab.close();
      }
    });
  },
);

const [docker] = sessionGrounds().filter(({ engine }) => engine === 'docker');

it.runIf(docker !== undefined)(
  'each of the same attacks succeeds in a container that has the project as it is',
  async () => {
    if (docker === undefined) return;
    const here = prepared(docker);
    const { lab, user } = here;
    try {
      const plan = await lab.agentbox(
        ['run', '--agent', 'shell', '--client', 'acme', '--dry-run', '--json', ...docker.flags],
        {
          env: { ACME_KEY: KEY },
        },
      );
      const { image } = (JSON.parse(plan.stdout) as { box: { image: string } }).box;
      const all = PARTS.map((part) => struck(part, user, '/workspace')).join('\n');
      lab.engine([
        ...['run', '--rm', `--user=${docker.owner.uid}:${docker.owner.gid}`, `--volume=${lab.project}:/workspace`],
        ...['--env=HOME=/tmp', '--network=none', '--entrypoint=bash', image, '-c'],
        `git config --global safe.directory '*'\n${all}`,
      ]);
      const fired = afterwards(here);
      expect(WORKSPACE_ATTACKS.map(({ what }) => what).filter((what) => !fired.includes(what))).toEqual([]);
    } finally {
      lab.close();
    }
  },
);

it.runIf(docker !== undefined)(
  'another spelling of a name leads nowhere on a disk that does not tell them apart',
  async () => {
    if (docker === undefined) return;
    const lab = makeLab(docker);
    const folding = foldingFolder(lab.dir);
    if ('missing' in folding) {
      lab.close();
      console.warn(`skipped: no disk here that folds case: ${folding.missing}`);
      return;
    }
    try {
      lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
      chownSync(folding.path, docker.owner.uid, docker.owner.gid);
      const user = hostUser(lab);
      const files = ['.git/config', '.envrc', '.vscode/tasks.json', '.env'];
      user.do(
        `git init -q .; mkdir .vscode; for file in ${files.slice(1).join(' ')}; do echo : > $file; done`,
        folding.path,
      );
      const before = files.map((file) => readFileSync(join(folding.path, file), 'utf8'));
      const attack =
        'for f in .GIT/config .ENVRC .VSCode/tasks.json .Env; do echo planted > $f; done; mv .GIT g; mv .VSCode v; mv .ENVRC e';
      const ended = await lab.agentbox([
        'run',
        folding.path,
        ...docker.flags,
        '--',
        'bash',
        '-c',
        `(${attack}) 2>/dev/null; true`,
      ]);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(ended.stderr).toContain('does not tell .env from .ENV');
      expect(files.map((file) => readFileSync(join(folding.path, file), 'utf8'))).toEqual(before);
    } finally {
      folding.close();
      lab.close();
    }
  },
);
