import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { oneGround } from './support/engines.ts';
import { type Ended, type Lab, makeLab } from './support/lab.ts';

const LOOK = 'agentbox: look at this before you run anything here; it changed while the box ran:';

describe.each(oneGround().map((ground) => [ground.name, ground] as const))(
  'what changed in a project is judged at the end of its box on %s',
  (_, ground) => {
    let lab: Lab;
    const key = randomBytes(24).toString('hex');
    const base64 = Buffer.from(key).toString('base64');

    beforeEach(() => {
      lab = makeLab(ground);
      lab.config(`
defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }
clients: { acme: { credentials: { CANARY_KEY: { env: CANARY_KEY, deliver: env } } } }
`);
      asOwner(lab, `echo '{"name":"p","version":"1.0.0","scripts":{"test":"true"}}' > package.json`);
      asOwner(
        lab,
        'mkdir -p .github/workflows tools; echo "on: push" > .github/workflows/ci.yml; echo true > tools/run.sh',
      );
      asOwner(
        lab,
        'printf "#!/bin/sh\\n" > tools/there.sh; chmod +x tools/there.sh; echo "all:" > Makefile; echo ignore-scripts=true > .npmrc; git add -A',
      );
      asOwner(
        lab,
        'git -c user.name=o -c user.email=o@p.test commit -qm more; echo mine > notes.txt; echo "x:" > own.mk',
      );
    });

    afterEach(() => lab?.close());

    const box = async (script: string, args: readonly string[] = [], dir = '.') => {
      const run = ['run', '--client', 'acme', ...args, dir, ...ground.flags, '--', 'bash', '-ec', script];
      const ended = await lab.agentbox(run, { env: { CANARY_KEY: key } });
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      for (const form of [key, base64.slice(0, 20)]) expect(ended.stdout + ended.stderr).not.toContain(form);
      return ended;
    };

    it('says what runs on this machine and where a secret of the client is, and of it not a character', async () => {
      const ended = await box(`
      sed -i 's/"true"/"curl evil.test"/' package.json
      echo 'on: pull_request_target' > .github/workflows/more.yml
      chmod +x tools/run.sh; rm .npmrc
      echo "key: $CANARY_KEY" >> greeting.txt
      mkdir -p deep/er; printf '\\n%s' "$CANARY_KEY" | base64 > deep/er/blob.txt`);
      const lines = linesOf(ended);
      expect(lines[0]).toBe(LOOK);
      expect(lines).toContainEqual(
        expect.stringMatching(/^agentbox: {3}secret: greeting\.txt:2: the value of CANARY_KEY/),
      );
      expect(lines).toContainEqual(
        expect.stringMatching(/^agentbox: {3}secret: deep\/er\/blob\.txt:1: the value of CANARY_KEY/),
      );
      expect(lines).toContainEqual(
        expect.stringMatching(
          /^agentbox: {3}package\.json: its "scripts" are not as they were: .*\[package-scripts\]$/,
        ),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^agentbox: {3}\.github\/workflows\/more\.yml: .*\[ci\]$/));
      expect(lines).toContainEqual('agentbox:   tools/run.sh: may be run as a program [executable]');
      expect(lines).toContainEqual(
        expect.stringMatching(/^agentbox: {3}\.npmrc: is removed, and with it what it set: .*\[package-settings\]$/),
      );
      expect(lines).toHaveLength(7);
    });

    it('says nothing of a day of harmless work, nor of what was there before', async () => {
      const ended = await box(`
      echo more >> notes.txt; mkdir src; echo 'export const a = 1;' > src/a.ts; git mv greeting.txt hello.txt
      sed -i 's/1.0.0/1.0.1/' package.json; echo '# more' >> tools/there.sh
      cp package.json p; cat p > package.json; rm p; touch Makefile .github/workflows/ci.yml; rm -r tools/run.sh`);
      expect(linesOf(ended)).toEqual([]);
    });

    it('sees what is moved into its place, and a folder that takes the place of another', async () => {
      const ended = await box(`
      mkdir -p stage/workflows; echo 'on: pull_request_target' > stage/workflows/ci.yml; sleep 0.1
      mv .github old; mv stage .github; mkdir build; mv own.mk build/own.mk`);
      expect(linesOf(ended).join('\n')).toMatch(/\.github\/workflows\/ci\.yml: .*\[ci\]/);
      expect(linesOf(ended).join('\n')).toMatch(/build\/own\.mk: .*\[build\]/);
    });

    it('knows what was there before in a folder of a repository too, and takes all for new where there is no git', async () => {
      const work =
        "sed -i 's/1.0.0/1.0.1/' package.json; echo '# more' >> tools/there.sh; echo 'on: x' > .github/workflows/ci.yml";
      asOwner(
        lab,
        'mkdir part; git mv package.json tools .github part; git -c user.name=o -c user.email=o@p.test commit -qm moved',
      );
      const inside = await box(work, [], 'part');
      expect(linesOf(inside)).toEqual([LOOK, expect.stringMatching(/ \.github\/workflows\/ci\.yml: /)]);
      asOwner(lab, 'git checkout -q .; rm -rf .git');
      const without = await box(work, [], 'part');
      expect(linesOf(without)).toHaveLength(4);
    });

    it('keeps to a few lines, whatever a box did', async () => {
      const ended = await box(`
      for n in $(seq 300); do mkdir d$n; echo "all:" > d$n/Makefile; echo "$CANARY_KEY" > d$n/k; done; touch -d 2001-01-01 d1/k`);
      expect(linesOf(ended)).toHaveLength(3);
      expect(linesOf(ended).filter((line) => / and 297 more: /.test(line))).toHaveLength(2);
    });

    it('looks through commits that came back too: messages, what a later one removed, other branches', async () => {
      const ended = await box(`
      git config user.email a@box.test; git config user.name a
      echo "$CANARY_KEY" > gone.txt; git add gone.txt; git commit -qm one; git rm -q gone.txt; git commit -qm "uses $CANARY_KEY"
      git checkout -qb other; echo 'on: push' > .github/workflows/other.yml; git add .github; git commit -qm other
      git checkout -q main`);
      const lines = linesOf(ended);
      expect(lines).toContain('agentbox: look at this before you push or check out what came back; it is in commits:');
      expect(lines).toContainEqual(
        expect.stringMatching(/^agentbox: {3}secret: gone\.txt:1, commit [0-9a-f]{9}:\d+: the value of CANARY_KEY/),
      );
      expect(lines).toContainEqual(expect.stringMatching(/^agentbox: {3}\.github\/workflows\/other\.yml: .*\[ci\]$/));
      expect(lines.join('\n')).not.toContain('while the box ran');
    });

    it('tells of a file once, though it was committed', async () => {
      const ended = await box(`
      git config user.email a@box.test; git config user.name a
      echo "$CANARY_KEY" > there.txt; echo 'on: x' > .github/workflows/x.yml; git add .; git commit -qm one`);
      expect(ended.stderr.match(/there\.txt/g)).toHaveLength(1);
      expect(ended.stderr.match(/x\.yml/g)).toHaveLength(1);
      expect(ended.stderr).not.toContain('it is in commits');
    });

    it('of a box that ran detached is told at the next command, once', async () => {
      const { stdout } = await box("echo 'on: x' > .github/workflows/late.yml", ['--detach']);
      await expect
        .poll(() => lab.engine(['ps', '--filter', `name=${stdout.trim()}`, '-q']), { timeout: 20_000 })
        .toBe('');
      const next = await box('true');
      expect(next.stderr).toMatch(/it changed since the box began:\n.*late\.yml: .*\[ci\]\n/);
      expect(linesOf(await box('true'))).toEqual([]);
    });
  },
);

/** Without what an engine that can do less is told of. */
const linesOf = ({ stderr }: Ended) =>
  stderr.split('\n').filter((line) => line !== '' && !/^agentbox: (?:no limit on|runtime )/.test(line));

function asOwner(lab: Lab, script: string): void {
  const { uid, gid } = lab.ground.owner;
  const as = process.getuid?.() === 0 ? ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'] : [];
  const variables = [`HOME=${lab.dir}`, `PATH=${process.env['PATH']}`];
  const [file = '', ...args] = [...as, 'env', '-i', ...variables, 'bash', '-ec', script];
  const ended = spawnSync(file, args, { cwd: lab.project, encoding: 'utf8', timeout: 30_000 });
  if (ended.status !== 0) throw new Error(`${script}: ${ended.stderr}`);
}
