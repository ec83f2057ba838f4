import { spawn } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ground, grounds, sessionGrounds } from './support/engines.ts';
import { ended, type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const MINUTE = 60_000;
const runtimeOf = ({ gvisor, engine }: Ground) => (gvisor ? 'runsc' : engine === 'docker' ? 'runc' : 'auto');

/** What is in a directory but the folder, empty again, in which programs that are joined to a box find each other. */
const leftIn = (dir: string) =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => !/^agentbox-\d+$/.test(name));

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))(
  'scripts/quickstart on %s',
  (_, ground) => {
    let lab: Lab;
    let quickstart: string;
    let scratch: string;

    beforeAll(async () => {
      lab = makeLab(ground);
      lab.config(`
defaults: { allow_degraded: [memory-limit, cpus-limit, pids-limit], runtime: ${runtimeOf(ground)} }
clients: { default: { env: { ANTHROPIC_BASE_URL: "http://127.0.0.1:9" } } }
`);
      quickstart = copyCheckout(join(lab.dir, 'checkout'));
      scratch = join(lab.dir, 'scratch');
      mkdirSync(scratch);
      chownSync(scratch, ground.caller.uid, ground.caller.gid);
      const built = await lab.agentbox(['build', '--agent', 'claude', '--engine', ground.engine], {
        limit: 9 * MINUTE,
      });
      expect(built, built.stderr).toMatchObject({ code: 0 });
    });

    afterAll(() => {
      for (const line of lab === undefined ? [] : boxes()) lab.engine(['rm', '-f', line.split(' ')[0] ?? '']);
      lab?.close();
    });

    const argv = (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => [
      ...lab.argv([], { TMPDIR: scratch, AGENTBOX_ENGINE: ground.engine, ...env }).slice(0, -1),
      quickstart,
      ...args,
    ];
    const start = () => {
      const [file = '', ...args] = argv();
      return spawn(file, args, { cwd: lab.home, stdio: 'pipe', detached: true });
    };
    const boxes = () =>
      lab
        .engine(['ps', '-a', '--filter', 'label=dev.agentbox', '--format', '{{.Names}} {{.Labels}}'])
        .split('\n')
        .filter((line) => line.includes(lab.dir));

    it('shows the walls of a box without a terminal, and leaves nothing', async () => {
      const { code, stdout, stderr } = await ended(start());
      expect(code, stderr).toBe(0);
      const rows = Object.fromEntries(stdout.split('\n').map((line) => [line.slice(0, 10).trim(), line.slice(11)]));
      expect(rows).toMatchObject({
        user: expect.stringMatching(new RegExp(`^agent \\(${ground.owner.uid}\\), .*process 1 is tini$`)),
        powers: ground.gvisor
          ? 'no capability, 0 setuid files'
          : 'no capability, no new privileges, system calls filtered, 0 setuid files',
        kernel: expect.stringMatching(ground.gvisor ? /^gVisor/ : /^the host's/),
        'can write': '/tmp /home/agent /workspace',
        cannot: '/ /etc /usr /usr/local /opt /var /var/tmp /run',
        network: 'lo; a way out: Network is unreachable',
      });
      const mounts = rows['mounts']?.split(' ').filter((mount) => !/^\/(etc|run|dev)\//.test(mount));
      const git = ['/git-objects/0/0', '/workspace/.git'];
      expect(mounts).toEqual([git[0], '/home/agent/.config', '/home/agent/.history', '/workspace', git[1]]);
      expect(leftIn(scratch)).toEqual([]);
      // Podman removes a box while its launcher is ending already.
      await expect.poll(boxes, { timeout: 10_000 }).toEqual([]);
    });

    it('leaves nothing when Ctrl-C ends it', async () => {
      const child = start();
      // The first row of the table: the box is up.
      child.stdout.once('data', () => process.kill(-(child.pid ?? 0), 'SIGINT'));
      const { code, stdout, stderr } = await ended(child);
      expect(code, stderr).toBe(130);
      expect(stdout).not.toContain('network');
      expect(leftIn(scratch)).toEqual([]);
      await expect.poll(boxes, { timeout: 10_000 }).toEqual([]);
    });

    it('runs a shell on the directory it is given, where there are no credentials', async () => {
      const terminal = openTerminal(argv([lab.project]), lab.home);
      await terminal.until(/:\/workspace\$ /);
      terminal.type('cat greeting.txt; exit 3\r');
      expect(await terminal.end()).toBe(3);
      expect(terminal.text()).toContain('hello\r\n');
      expect(terminal.text()).toContain('no credentials for Claude Code');
    });

    it('runs it on a small project, where the current directory cannot be one', async () => {
      const terminal = openTerminal(argv(), lab.home);
      await terminal.until(/:\/workspace\$ /);
      terminal.type('node --test --test-reporter=tap; exit\r');
      await terminal.end();
      expect(terminal.text()).toContain(`${lab.home} is refused`);
      expect(terminal.text()).toMatch(/# pass 1\s+# fail 1/);
    });

    it('runs Claude Code where it has credentials', async () => {
      const key = 'sk-ant-test-0123456789abcdefghijklmnopqrstuvwxyz';
      const terminal = openTerminal(argv([lab.project], { ANTHROPIC_API_KEY: key }), lab.home);
      await terminal.until(/bypass permissions on/);
      expect(terminal.text()).not.toContain(key);
      terminal.type('\u0003');
      terminal.type('\u0003');
      expect(await terminal.end()).toBe(0);
    });
  },
);

it('says what to install where there is no engine and it cannot install one', async () => {
  const [ground] = grounds();
  if (ground === undefined) return;
  const lab = makeLab({ ...ground, as: [] });
  try {
    const bin = join(lab.dir, 'tools');
    mkdirSync(bin);
    for (const name of readdirSync('/usr/bin')) {
      if (!/^(podman|docker|apt-get)$/.test(name)) symlinkSync(join('/usr/bin', name), join(bin, name));
    }
    const [file = '', ...args] = lab.argv([], { PATH: bin, AGENTBOX_ENGINE: 'podman' }).slice(0, -1);
    const child = spawn(file, [...args, copyCheckout(join(lab.dir, 'checkout'))], { cwd: lab.home, stdio: 'pipe' });
    const { code, stderr } = await ended(child);
    expect(code).toBe(1);
    expect(stderr).toContain('no Podman was found');
    expect(stderr).toContain('apt-get install podman');
  } finally {
    lab.close();
  }
});

/** A checkout that is built and has its packages, so that nothing is installed; gives its quickstart. */
function copyCheckout(to: string): string {
  const modules = 'node_modules/.package-lock.json';
  for (const part of ['scripts', 'src', 'images', 'package.json', 'package-lock.json', modules]) {
    cpSync(join(REPOSITORY, part), join(to, part), { recursive: true });
  }
  cpSync(join(REPOSITORY, 'dist'), join(to, 'dist'), { recursive: true });
  return join(to, 'scripts/quickstart');
}
