import { chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ground, sessionGrounds } from './support/engines.ts';
import { type HostUser, hostUser } from './support/hostUser.ts';
import { type Lab, makeLab } from './support/lab.ts';

/** One way to leave something for the host to run. */
interface Attack {
  readonly what: string;
  /** What the host's user has, before. */
  readonly host?: string;
  /** What the box does; it may fail. */
  readonly box: string;
  /** What the host's user does afterwards. */
  readonly after: string;
}

const DIRENV = 'direnv export bash > /dev/null';
const STATUS = 'git status';
/** In the place of an editor or agent that runs what the file says. */
const opened = (file: string) => `test -e ${file} && sh ${file}`;

/** Each in a folder of its own; `CANARY` is a file of the host that must not come to be. */
const ATTACKS: readonly Attack[] = [
  {
    what: 'an .envrc that is written over',
    host: 'echo export A=1 > .envrc',
    box: "echo 'touch CANARY' > .envrc",
    after: DIRENV,
  },
  {
    what: 'an .envrc in the place of one whose folder is renamed',
    host: 'mkdir -p deep/er; echo export A=1 > deep/er/.envrc',
    box: "mv deep/er deep/old; mv deep old; mkdir -p deep/er; echo 'touch CANARY' > deep/er/.envrc",
    after: `cd deep/er; ${DIRENV}`,
  },
  { what: 'a new .envrc', box: "echo 'touch CANARY' > .envrc", after: DIRENV },
  { what: 'a link called .envrc', box: "echo 'touch CANARY' > plain; ln -s plain .envrc", after: DIRENV },
  {
    what: 'a file that is renamed to .envrc',
    box: "mkdir -p a/b; echo 'touch CANARY' > a/b/x; mv a/b/x a/b/.envrc",
    after: `cd a/b; ${DIRENV}`,
  },
  {
    what: 'tasks of an editor, written over',
    host: 'mkdir .vscode; echo : > .vscode/tasks.json',
    box: "echo 'touch CANARY' > .vscode/tasks.json; mv .vscode v; mkdir .vscode; echo 'touch CANARY' > .vscode/tasks.json",
    after: opened('.vscode/tasks.json'),
  },
  {
    what: 'a new file in a folder that is partly tracked',
    host: 'mkdir .vscode; echo : > .vscode/settings.json; git add -f .vscode/settings.json',
    box: "echo 'touch CANARY' > .vscode/tasks.json",
    after: opened('.vscode/tasks.json'),
  },
  {
    what: 'settings of an agent behind a link in the place of their folder',
    box: "mkdir x; echo 'touch CANARY' > x/settings.json; ln -s x .claude",
    after: opened('.claude/settings.json'),
  },
  { what: 'servers of an agent', box: "echo 'touch CANARY' > .mcp.json", after: opened('.mcp.json') },
  { what: 'a nested repository', box: "git init -q .; git config core.fsmonitor 'touch CANARY; :'", after: STATUS },
  {
    what: 'a .git that names a git directory elsewhere',
    box: "git init -q x; git -C x config core.fsmonitor 'touch CANARY; :'; git -C x config core.worktree ..; mv x/.git y; echo 'gitdir: y' > .git",
    after: STATUS,
  },
  {
    what: 'a link called .git',
    box: "git init -q x; git -C x config core.fsmonitor 'touch CANARY; :'; mv x/.git y; ln -s y .git",
    after: STATUS,
  },
  {
    what: 'a fake bare repository',
    box: "mkdir objects refs; echo 'ref: refs/heads/main' > HEAD; git config -f config core.fsmonitor 'touch CANARY; :'; git config -f config core.worktree .; git config -f config core.repositoryformatversion 0; git config -f config core.bare false",
    after: STATUS,
  },
  {
    what: 'a fake repository in two parts',
    box: "mkdir -p part/objects part/refs; echo 'ref: refs/heads/main' > HEAD; echo part > commondir; git config -f part/config core.fsmonitor 'touch CANARY; :'; git config -f part/config core.repositoryformatversion 0",
    after: 'GIT_WORK_TREE=. git status',
  },
  {
    what: 'a repository in a folder whose name is no text',
    box: "mkdir $'\\xff'; git init -q $'\\xff'; git -C $'\\xff' config core.fsmonitor 'touch CANARY; :'",
    after: "cd $'\\xff'; git status",
  },
  {
    what: 'a repository in a folder that is closed for now',
    box: "mkdir shut; git init -q shut; git -C shut config core.fsmonitor 'touch CANARY; :'; chmod 000 shut",
    after: 'chmod 700 shut; cd shut; git status',
  },
  {
    what: 'a hook in the folder that core.hooksPath names',
    host: 'mkdir hooks; echo "#!/bin/sh" > hooks/pre-commit; chmod +x hooks/pre-commit; git config core.hooksPath "$PWD/hooks"',
    box: "printf '#!/bin/sh\\ntouch CANARY\\n' > hooks/pre-commit; mv hooks h; mkdir hooks; printf '#!/bin/sh\\ntouch CANARY\\n' > hooks/pre-commit; chmod +x hooks/pre-commit",
    after: 'git -c user.name=o -c user.email=o@p.test commit --allow-empty -qm x',
  },
  {
    what: 'a file that the settings of git include',
    host: 'git config --add include.path "$PWD/more.gitconfig"',
    box: "git config -f more.gitconfig core.fsmonitor 'touch CANARY; :'",
    after: STATUS,
  },
];

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'what a box leaves on %s',
  (_, ground) => {
    describe.each([
      ['guarded', ''],
      ['with the guard off', ", unprotect: ['**']"],
    ])('%s', (state, settings) => {
      const isGuarded = state === 'guarded';
      let lab: ReturnType<typeof labOf>;
      let stderr = '';

      const folder = (index: number) => join(lab.project, `attack${index}`);

      beforeAll(async () => {
        lab = labOf(ground, settings);
        for (const [index, { host = '' }] of ATTACKS.entries()) {
          mkdirSync(folder(index));
          if (process.getuid?.() === 0) chownSync(folder(index), ground.owner.uid, ground.owner.gid);
          lab.user.do(host, folder(index));
        }
        const steps = ATTACKS.map(
          ({ box }, index) => `(cd attack${index}; ${box.replaceAll('CANARY', lab.user.canary(index))}) 2>/dev/null`,
        );
        const ended = await run(lab, `${steps.join('\n')}\ntrue`);
        expect(ended, ended.stderr).toMatchObject({ code: 0 });
        stderr = ended.stderr;
        for (const [index, { after }] of ATTACKS.entries())
          lab.user.do(`(${after}) > /dev/null 2>&1 || :`, folder(index));
      }, 120_000);

      afterAll(() => lab?.close());

      it.each(ATTACKS.map(({ what }, index) => [what, index] as const))('%s', (_what, index) => {
        expect(existsSync(lab.user.canary(index))).toBe(!isGuarded);
      });

      it(isGuarded ? 'says what it moved aside, and keeps it' : 'says nothing', () => {
        if (!isGuarded) return expect(stderr).not.toContain('aside');
        expect(stderr).toMatch(/the box left \d+ things that this machine would run by itself; moved aside:/);
        const box = /agentbox diff (\S+) shows them/.exec(stderr)?.[1] ?? '';
        const aside = join(lab.data, 'clients/default/workspaces', box, 'aside');
        const items = JSON.parse(readFileSync(join(aside, 'index.json'), 'utf8')) as { n: number; path: string }[];
        const item = items.find(({ path }) => path === 'attack2/.envrc');
        const kept = join(aside, `${item?.n}`, '.envrc');
        expect(readFileSync(kept, 'utf8')).toContain('touch');
        expect(statSync(kept).uid).toBe(ground.owner.uid);
        expect(existsSync(join(lab.project, 'attack2/.envrc'))).toBe(false);
      });
    });

    describe('while it runs', () => {
      let lab: ReturnType<typeof labOf>;
      beforeEach(() => {
        lab = labOf(ground);
      });
      afterEach(() => lab?.close());

      it('finds what appears, and moves it aside under the eyes of the box', async () => {
        const wait = 'for i in $(seq 100); do test -e late/.git || { echo gone; exit; }; sleep 0.1; done; echo there';
        const { stdout, stderr } = await run(lab, `git init -q late; ${wait}`);
        expect(stdout).toBe('gone\n');
        expect(stderr).toContain('late/.git appeared and was moved aside: git, and prompts and editors');
      });

      it('goes on with a box that never stops planting, and says so once', async () => {
        const again = 'for i in $(seq 60); do echo x > .envrc; sleep 0.05; done; echo done';
        const { stdout, stderr, code } = await run(lab, again);
        expect([stdout, code]).toEqual(['done\n', 0]);
        expect(stderr.match(/\.envrc appeared/g)?.length).toBeGreaterThan(0);
        expect(existsSync(join(lab.project, '.envrc'))).toBe(false);
      });

      it('warns of a guarded file that the host replaces, as editors do, and takes what may be the box’s away', async () => {
        lab.user.do('echo export A=1 > .envrc; echo S=1 > .env');
        const wait = 'for i in $(seq 100); do test -e saved && break; sleep 0.1; done';
        const going = run(lab, `touch up; ${wait}; echo planted >> .envrc; sleep 2.5`);
        await expect.poll(() => existsSync(join(lab.project, 'up')), { timeout: 30_000 }).toBe(true);
        lab.user.do('echo export A=2 > .new; mv .new .envrc; echo S=2 > .new; mv .new .env; touch saved');
        const { stderr } = await going;
        expect(existsSync(join(lab.project, '.envrc'))).toBe(false);
        expect(stderr).toContain(
          '.envrc: direnv runs it when you enter the folder, and it was replaced while the box ran',
        );
        expect((await lab.agentbox(['diff'])).stdout).toContain('+export A=2\n+planted');
        expect(stderr).toContain('WARNING: .envrc was replaced on this machine, so it is no longer guarded');
        expect(stderr).toContain('WARNING: .env was replaced');
        expect(readFileSync(join(lab.project, '.env'), 'utf8')).toBe('S=2\n');
      });

      it('is looked at by the next command when its launcher was killed, and then no more', async () => {
        const script = 'touch up; sleep 2; echo x > .envrc';
        const launcher = lab.start(['run', '.', ...ground.flags, '--', 'bash', '-c', script]);
        await expect.poll(() => existsSync(join(lab.project, 'up')), { timeout: 30_000 }).toBe(true);
        launcher.kill('SIGKILL');
        await expect.poll(() => existsSync(join(lab.project, '.envrc')), { timeout: 30_000 }).toBe(true);
        // A run is the next command, too, and begins with what is left.
        let said = '';
        const next = async () => {
          const { code, stderr } = await run(lab, 'true');
          said += stderr;
          return code;
        };
        // It is refused for as long as the other box could change what is mounted.
        await expect.poll(next, { timeout: 30_000 }).toBe(0);
        const list = async () => said + (await lab.agentbox(['ls', '--engine', ground.engine])).stderr;
        await expect.poll(list, { timeout: 30_000 }).toContain('.envrc: direnv runs it when you enter the folder');
        expect(existsSync(join(lab.project, '.envrc'))).toBe(false);
        lab.user.do('echo a=b > .npmrc');
        expect(await list()).not.toContain('npmrc');
        expect(existsSync(join(lab.project, '.npmrc'))).toBe(true);
      });

      it('is looked at by who attaches, and goes on if somebody left it paused', async () => {
        const script = 'for i in $(seq 200); do test -e go && break; sleep 0.1; done; echo x > .envrc; sleep 3';
        const { stdout } = await lab.agentbox(['run', '.', '--detach', ...ground.flags, '--', 'bash', '-c', script]);
        if (ground.engine === 'docker') lab.engine(['pause', stdout.trim()]);
        const attached = lab.agentbox(['attach', stdout.trim(), '--engine', ground.engine]);
        lab.user.do('touch go');
        expect((await attached).stderr).toContain('.envrc appeared and was moved aside');
      });

      it('leaves alone what the host writes into a folder that the box cannot change', async () => {
        lab.user.do('mkdir .vscode; echo {} > .vscode/settings.json');
        const going = run(lab, 'touch up; for i in $(seq 100); do test -e saved && break; sleep 0.1; done; sleep 2.5');
        await expect.poll(() => existsSync(join(lab.project, 'up')), { timeout: 30_000 }).toBe(true);
        lab.user.do('echo {} > .vscode/launch.json; touch saved');
        expect((await going).stderr).not.toContain('.vscode');
        expect(existsSync(join(lab.project, '.vscode/launch.json'))).toBe(true);
      });
    });

    describe('files with secrets', () => {
      let lab: ReturnType<typeof labOf>;
      beforeEach(() => {
        lab = labOf(ground);
      });
      afterEach(() => lab?.close());

      it('are empty in the box and stay on the host; what git tracks, and examples, are as they are', async () => {
        const files = ['.env', 'pkg/.env.local', 'pkg/.env.example', 'tracked/.env'];
        lab.user.do(`mkdir pkg tracked; for file in ${files.join(' ')}; do echo "SECRET=$file" > $file; done`);
        lab.user.do('git add -f tracked/.env');
        const look = `for file in ${files.join(' ')}; do echo "$file: $(cat $file)"; done`;
        const attack = 'echo x > .env; mv .env e; rm -f .env; ln .env l; mv pkg p; cat p/.env.local e l';
        const { stdout, stderr } = await run(lab, `${look}; (${attack}) 2>/dev/null`);
        expect(stdout.trim().split('\n')).toEqual([
          '.env: ',
          'pkg/.env.local: ',
          'pkg/.env.example: SECRET=pkg/.env.example',
          'tracked/.env: SECRET=tracked/.env',
        ]);
        expect(stderr).toContain('tracked/.env: not masked, because git tracks it');
        for (const file of files) expect(readFileSync(join(lab.project, file), 'utf8')).toBe(`SECRET=${file}\n`);
      });

      it('are those that the user names', async () => {
        lab.config(settingsOf(", mask: ['*.pem', 'certs/**'], unmask: ['.env.test']"));
        lab.user.do('mkdir certs; echo key > a.pem; echo key > certs/x; echo T=1 > .env.test');
        const { stdout } = await run(lab, 'cat a.pem certs/x .env.test');
        expect(stdout).toBe('T=1\n');
      });
    });

    it('keeps a protected file that git tracks from the box, and gives free what is named', async () => {
      const lab = labOf(ground, ", protect: ['ci', 'greeting.txt'], unprotect: ['.npmrc']");
      try {
        lab.user.do('mkdir ci; echo ci > ci/run.sh; git add ci; echo a=b > .npmrc');
        const { stdout } = await run(
          lab,
          '(echo x > greeting.txt; echo x > ci/run.sh; echo x > ci/new; echo y > .npmrc) 2>/dev/null; cat greeting.txt ci/run.sh .npmrc; echo ci/*',
        );
        expect(stdout).toBe('hello\nci\ny\nci/run.sh\n');
      } finally {
        lab.close();
      }
    });
  },
);

const settingsOf = (more: string) =>
  `defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit]${more} }`;

/** A lab, and the host's user there. */
function labOf(ground: Ground, more = ''): Lab & { readonly user: HostUser } {
  const lab = makeLab(ground);
  lab.config(settingsOf(more));
  return { ...lab, user: hostUser(lab) };
}

function run(lab: Lab, script: string) {
  return lab.agentbox(['run', '.', ...lab.ground.flags, '--', 'bash', '-c', script]);
}
