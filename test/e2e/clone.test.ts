import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOwner } from './support/asOwner.ts';
import { cloneVolumes } from './support/clones.ts';
import { oneGround } from './support/engines.ts';
import { treeOf } from './support/gitTree.ts';
import { type Ended, type Lab, makeLab } from './support/lab.ts';
import { launcherOf } from './support/launcher.ts';

/** A working tree with everything in it that a copy could get wrong: nothing of it is only in a commit. */
const AWKWARD = `
umask 022
mkdir -p 'a dir/deep' ünï
printf 'a\\r\\nb\\r\\n' > crlf.txt
head -c 70000 /dev/urandom > binary
printf 'x' > $'line\\nbreak'; printf 'y' > '-dash'; printf 'z' > 'ünï/e\\xcc\\x81'; printf 'q' > '"quoted"'
printf '#!/bin/sh\\n' > run.sh; chmod 755 run.sh
ln -s 'a dir/deep' link; ln -s /etc/hostname absolute; ln -s nowhere broken; ln -s ../../../.. up
printf one > hard1; ln hard1 hard2
echo deleted > deleted; echo 'a dir' > 'a dir/deep/file'; echo was > becomes-link
printf '*.log\\nbuild/\\n.env\\n' > .gitignore
printf '*.txt text\\n*.bin filter=none\\n' > .gitattributes
git add -A; git add -f .gitattributes; git commit -qm all
rm deleted becomes-link; ln -s crlf.txt becomes-link; chmod 644 run.sh; echo changed >> binary
echo staged > staged; git add staged; echo 'staged and changed' >> staged
mkdir build; echo out > build/out; echo untracked > untracked; printf SECRET=1 > .env
`;

/** Prints every file below the working directory but git's own: its mode, and a digest of its content or where it leads. */
const LOOK = `
import hashlib, json, os
found = {}
for folder, folders, names in os.walk("."):
    if folder == "." : folders.remove(".git")
    for name in names + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        link = os.path.islink(path)
        what = os.readlink(path) if link else hashlib.sha256(open(path, "rb").read()).hexdigest()
        found[path[2:]] = ["link" if link else oct(mode)[-3:], what]
print(json.dumps(found))
`;

/** The same of a folder of the host. */
function filesOf(folder: string, place = ''): readonly (readonly [name: string, kind: string, what: string])[] {
  return readdirSync(join(folder, place), { withFileTypes: true }).flatMap((entry) => {
    const name = join(place, entry.name);
    const path = join(folder, name);
    if (name === '.git') return [];
    if (entry.isDirectory()) return filesOf(folder, name);
    if (entry.isSymbolicLink()) return [[name, 'link', readlinkSync(path)] as const];
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    return [[name, (lstatSync(path).mode & 0o777).toString(8), digest] as const];
  });
}

/** What a run says beyond what this ground makes every run say. */
async function quietly(run: Promise<Ended>): Promise<Ended> {
  const ended = await run;
  const said = ended.stderr.split('\n').filter((line) => !/^agentbox: (no limit on|runtime runc:)/.test(line));
  return { ...ended, stderr: said.join('\n') };
}

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('a clone on %s', (_, ground) => {
  let lab: Lab;

  beforeEach(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });

  afterEach(() => lab?.close());

  const engine = ground.flags.slice(0, 2);
  const run = (script: string, flags: readonly string[] = []) =>
    quietly(lab.agentbox(['run', ...flags, '--workspace', 'clone', ...ground.flags, '--', 'bash', '-c', script]));
  const listed = async () => {
    const { stdout } = await lab.agentbox(['ls', '--json', ...engine]);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    return rows.filter(({ project }) => `${project}`.startsWith(`${lab.dir}/`));
  };
  const records = () => {
    const folder = join(lab.data, 'clients/default/workspaces');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it('has the files as they are, and git as it was, and is gone when nothing changed', async () => {
    asOwner(lab, AWKWARD);
    const before = treeOf(lab.project);
    const tracked = asOwner(lab, 'git ls-files -z').split('\0');
    const files = filesOf(lab.project).filter(([name]) => tracked.includes(name));
    expect(files.length).toBeGreaterThan(15);
    const git = "git log --oneline; git diff --cached --raw; git status --porcelain -z | tr '\\0' '|'";
    const status = asOwner(lab, git);
    const ended = await run(`python3 -c '${LOOK}'; ${git}`);
    expect(ended, ended.stderr).toMatchObject({ code: 0, stderr: '' });
    const [seen = '', ...rest] = ended.stdout.split('\n');
    expect(JSON.parse(seen)).toEqual(Object.fromEntries(files.map(([name, ...what]) => [name, what])));
    // The host tells of more: what git does not track is not there.
    expect(rest.join('\n')).toBe(status.replace('?? untracked|', ''));
    expect(treeOf(lab.project)).toEqual(before);
    expect(records()).toEqual([]);
    expect(cloneVolumes(lab)).toEqual([]);
  });

  it('leaves the project byte for byte, whatever the box does, and is told and listed for review', async () => {
    const before = treeOf(lab.project);
    const ended = await run(`
      set -e; git config user.email a@b.test; git config user.name a
      printf '#!/bin/sh\\ntouch /workspace/fired\\n' > .git/hooks/post-checkout; chmod +x .git/hooks/post-checkout
      git config core.fsmonitor ./watch; git config alias.st '!touch fired'
      echo two >> greeting.txt; rm -f nothing; echo new > new.txt; git add -A; git commit -qm second; git branch other
      mkdir .vscode; echo '{}' > .vscode/tasks.json; mkdir nested; git init -q nested; mv .git/HEAD .git/HEAD2; mv .git/HEAD2 .git/HEAD`);
    expect(ended.code, ended.stderr).toBe(0);
    expect(treeOf(lab.project)).toEqual(before);
    const [box] = records();
    expect(ended.stderr).toMatch(/is as it was; its clone has 3 files changed, 3 insertions, 1 commit\n/);
    for (const command of ['diff', 'apply', 'discard']) expect(ended.stderr).toContain(`agentbox ${command} ${box}`);
    expect(await listed()).toEqual([
      expect.objectContaining({
        name: box,
        state: 'ended',
        workspace: 'clone',
        unreviewed: true,
        project: lab.project,
      }),
    ]);
    const second = await run('true');
    expect(second.stderr).toMatch(new RegExp(`another clone .* is not reviewed yet .*: agentbox diff ${box}\n`));
    expect(records()).toEqual([box]);
    const refused = await lab.agentbox(['rm', ...engine, `${box}`]);
    expect(refused).toMatchObject({ code: 125, stderr: expect.stringContaining('1 commit') });
    expect(refused.stderr).toContain(`agentbox rm --force ${box}`);
    const prune = await lab.agentbox(['prune', ...engine]);
    expect(prune).toMatchObject({ code: 0, stdout: expect.stringContaining(`kept ${box}: it has a clone with`) });
    const reset = await lab.agentbox(['client', 'reset', 'default', '--yes']);
    expect(reset).toMatchObject({ code: 125, stderr: expect.stringContaining('nobody has reviewed') });
    expect(cloneVolumes(lab)).toHaveLength(1);
    expect(await lab.agentbox(['rm', ...engine, '--force', `${box}`])).toMatchObject({ code: 0 });
    expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it('has what is untracked when asked to, and never what is masked', async () => {
    asOwner(
      lab,
      'echo u > untracked; echo ".log" > .gitignore; echo l > x.log; echo "*.log" > .gitignore; echo s > .env.local',
    );
    lab.config(
      'defaults: { agent: shell, network: none, mask: [secret.txt], allow_degraded: [memory-limit, cpus-limit, pids-limit] }',
    );
    asOwner(lab, 'echo s > secret.txt');
    const names = async (flags: readonly string[]) => (await run('ls -A', flags)).stdout.split('\n').filter(Boolean);
    expect(await names([])).toEqual(['.git', 'greeting.txt']);
    const untracked = ['.git', '.gitignore', 'greeting.txt', 'untracked'];
    expect(await names(['--untracked'])).toEqual(untracked);
    lab.config(
      'defaults: { agent: shell, network: none, unmask: [.env.local], allow_degraded: [memory-limit, cpus-limit, pids-limit] }',
    );
    expect(await names(['--untracked'])).toEqual(['.env.local', ...untracked.slice(0, 3), 'secret.txt', 'untracked']);
  });

  it('of a folder without git has a repository of its own with one commit', async () => {
    asOwner(lab, `rm -rf .git; mkdir -p node_modules/x; echo n > node_modules/x/y; echo node_modules > .gitignore`);
    const before = treeOf(lab.project);
    const ended = await run('git log --format=%s; git status --short; ls -A; git ls-files');
    expect(ended, ended.stderr).toMatchObject({
      code: 0,
      stdout: 'The files as they were given to the box\n.git\n.gitignore\ngreeting.txt\n.gitignore\ngreeting.txt\n',
      stderr: '',
    });
    expect(records()).toEqual([]);
    expect(treeOf(lab.project)).toEqual(before);
    for (const empty of ['rm -rf .gitignore greeting.txt node_modules', 'git init -q']) {
      asOwner(lab, empty);
      expect(await run('git status --porcelain; ls -A'), empty).toMatchObject({
        code: 0,
        stdout: '.git\n',
        stderr: '',
      });
    }
    asOwner(lab, 'rm -rf .git; echo hello > greeting.txt; echo node_modules > .gitignore');
    expect(records()).toEqual([]);
    const changed = await run('git mv greeting.txt hello.txt');
    expect(changed.stderr).toContain('its clone has 2 files changed, 1 insertion, 1 deletion\n');
  });

  it('of a linked worktree and with borrowed objects stands alone', async () => {
    asOwner(
      lab,
      `git worktree add -q ../tree -b side; git clone -qs . ../shared; cd ../tree; echo s >> greeting.txt; git commit -qam side`,
    );
    for (const [dir, subject] of [
      ['../tree', 'side'],
      ['../shared', 'first'],
    ] as const) {
      const ended = await quietly(
        lab.agentbox([
          'run',
          dir,
          '--workspace',
          'clone',
          ...ground.flags,
          '--',
          'sh',
          '-c',
          'git fsck --no-progress --no-dangling; git log -1 --format=%s; ls .git/objects/info; cat greeting.txt',
        ]),
      );
      expect(ended.code, ended.stderr).toBe(0);
      expect(ended.stdout).toMatch(new RegExp(`^${subject}\nhello`));
    }
  });

  it('goes on where the last one ended with --resume, and no other run does', async () => {
    const first = await run('echo one > work.txt; git add work.txt');
    expect(first.code).toBe(0);
    const [box] = records();
    expect((await run('ls')).stdout).toBe('greeting.txt\n');
    const second = await run('cat work.txt; git status --short; echo two >> work.txt', ['--resume']);
    expect(second).toMatchObject({ code: 0, stdout: 'one\nA  work.txt\n' });
    expect(second.stderr).toContain(`goes on in the clone of ${box}`);
    expect(second.stderr).toContain('its clone has 1 file changed, 2 insertions\n');
    const [renamed] = records();
    expect(records()).toHaveLength(1);
    expect(renamed).not.toBe(box);
    expect(cloneVolumes(lab)).toHaveLength(1);
    // A start that fails leaves it as it was.
    expect(await run('true', ['--resume', '--workspace', 'clone', '--mount', '/nowhere:/data'])).toMatchObject({
      code: 125,
    });
    expect(cloneVolumes(lab)).toHaveLength(1);
    expect((await run('cat work.txt', ['--resume'])).stdout).toBe('one\ntwo\n');
  });

  it('is refused by name for what it cannot hold', async () => {
    asOwner(lab, 'git -c protocol.file.allow=always submodule --quiet add ./ sub 2>/dev/null; git commit -qm sub');
    const submodule = await run('true');
    expect(submodule).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('submodules cannot be cloned yet: sub'),
    });
    asOwner(
      lab,
      'git rm -qf sub; rm -rf .git/modules sub; git commit -qm none; echo x > closed; git add closed; chmod 0 closed',
    );
    const closed = await run('true');
    expect(closed).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('cannot clone all of the project: closed'),
    });
    asOwner(
      lab,
      `chmod 600 closed; git clone -q --bare . ../origin; git -C ../origin config uploadpack.allowFilter true
      git clone -q --no-checkout --filter=blob:none "file://$(realpath ../origin)" ../half; rm -rf .git; mv ../half/.git .git`,
    );
    const partial = await run('true');
    expect(partial).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('a partial clone cannot be cloned again'),
    });
    expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
  });

  it('outlives its launcher, and one that was half made does not', async () => {
    const child = lab.start([
      'run',
      '--workspace',
      'clone',
      ...ground.flags,
      '--',
      'sh',
      '-c',
      'echo work > work.txt; echo up; exec sleep 20',
    ]);
    await new Promise<void>((resolve) => child.stdout?.once('data', () => resolve()));
    process.kill(launcherOf(lab), 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const [box] = records();
    // Podman's box ends with the command that it was started by.
    const state = expect.stringMatching(/running|exited/);
    expect(await listed()).toEqual([expect.objectContaining({ name: box, state, unreviewed: true })]);
    lab.engine(['rm', '-f', `${box}`]);
    expect(await listed()).toEqual([expect.objectContaining({ name: box, state: 'ended', unreviewed: true })]);
    expect(await lab.agentbox(['prune', ...engine])).toMatchObject({
      stdout: expect.stringContaining(`kept ${box}: it has a clone with 1 file changed, 1 insertion`),
    });
    // This is how the record looks while the volume is filled, or emptied.
    const path = join(lab.data, 'clients/default/workspaces', `${box}`, 'record.json');
    const { clone, ...record } = JSON.parse(readFileSync(path, 'utf8'));
    lab.write(path, JSON.stringify({ ...record, clone: { volume: clone.volume } }));
    expect(await listed()).toEqual([]);
    await run('true');
    expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
  });

  it('that is half made goes with the next command, and what filled it too', async () => {
    asOwner(lab, 'head -c 60000000 /dev/urandom > large; git add large');
    const child = lab.start(['run', '--workspace', 'clone', ...ground.flags, '--', 'true']);
    const helpers = () =>
      lab.engine(['ps', '-a', '--filter', 'label=dev.agentbox.box', '--format', '{{.Names}} {{.Labels}}']);
    const working = () => records().some((name) => !name.endsWith('.lock') && helpers().includes(name));
    await expect.poll(working, { timeout: 30_000, interval: 50 }).toBe(true);
    process.kill(launcherOf(lab), 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const box = records().find((name) => !name.endsWith('.lock')) ?? '';
    expect(helpers()).toContain(box);
    expect(cloneVolumes(lab)).toHaveLength(1);
    expect(await listed()).toEqual([]);
    // Its lock counts as left over after five seconds.
    await setTimeout(6000);
    await run('true');
    expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
    expect(helpers()).not.toContain(box);
  });

  it('is listed without its record, by the labels of its volume', async () => {
    await run('echo work > work.txt');
    const [box] = records();
    rmSync(join(lab.data, 'clients/default/workspaces', `${box}`), { recursive: true });
    expect(await listed()).toEqual([
      expect.objectContaining({ name: box, state: 'ended', agent: 'shell', project: lab.project, unreviewed: true }),
    ]);
    expect(await lab.agentbox(['rm', ...engine, `${box}`])).toMatchObject({ code: 125 });
    expect(await lab.agentbox(['rm', ...engine, '--force', `${box}`])).toMatchObject({ code: 0 });
    expect(cloneVolumes(lab)).toEqual([]);
  });
});

describe.each(oneGround().map((ground) => [ground.name, ground] as const))('a read-only project on %s', (_, ground) => {
  let lab: Lab;

  beforeEach(() => {
    lab = makeLab(ground);
    lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
  });

  afterEach(() => lab?.close());

  const run = (script: string) =>
    quietly(lab.agentbox(['run', '--workspace', 'readonly', ...ground.flags, '--', 'bash', '-c', script]));
  const folder = () => join(lab.data, 'clients/default/workspaces');

  it('stays as it is; what is left in /out is told, and kept until it is removed', async () => {
    const before = treeOf(lab.project);
    const empty = await run('touch x 2>/dev/null || echo refused; git status --short; echo $AGENTBOX_OUT');
    expect(empty, empty.stderr).toMatchObject({ code: 0, stdout: 'refused\n/out\n', stderr: '' });
    expect(readdirSync(folder())).toEqual([]);
    const { stderr } = await run('echo report > /out/report.md; ln -s /etc/passwd /out/link');
    expect(treeOf(lab.project)).toEqual(before);
    const [box] = readdirSync(folder());
    const out = join(folder(), `${box}`, 'out');
    expect(stderr).toContain(`what it left in /out is in ${out}\n`);
    expect(readFileSync(join(out, 'report.md'), 'utf8')).toBe('report\n');
    expect(readlinkSync(join(out, 'link'))).toBe('/etc/passwd');
    expect(lstatSync(out).uid).toBe(ground.owner.uid);
    const engine = ground.flags.slice(0, 2);
    expect(await lab.agentbox(['rm', ...engine, `${box}`])).toMatchObject({ code: 125 });
    expect(await lab.agentbox(['rm', '--force', ...engine, `${box}`])).toMatchObject({ code: 0 });
    expect(readdirSync(folder())).toEqual([]);
  });
});
