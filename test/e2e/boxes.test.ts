import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { oneGround, sessionGrounds } from './support/engines.ts';
import { eventually } from './support/gateways.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { openTerminal } from './support/terminal.ts';

const SECRET = 's3cret-of-the-client';

describe.each(sessionGrounds().map((ground) => [ground.name, ground] as const))('boxes on %s', (_, ground) => {
  let lab: Lab;
  const env = { ACME_TOKEN: SECRET };
  const on = ground.flags.slice(0, 2);
  /** What has little to do with the engine is tried on one. */
  const isOne = oneGround().some(({ name }) => name === ground.name);

  beforeAll(() => {
    lab = makeLab(ground);
    lab.config(`
defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }
clients:
  acme:
    projects: [${lab.project}]
    git: { name: Acme Robot, email: robot@acme.test }
    credentials: { TOKEN: { env: ACME_TOKEN, deliver: env } }
`);
  });
  afterAll(() => lab?.close());
  afterEach(async () => {
    const left = (await list()).map(({ name }) => String(name));
    if (left.length > 0) await call(['rm', '--force', ...on, ...left]);
  });

  const call = (args: readonly string[]) => lab.agentbox(args, { env });
  const run = (args: readonly string[], script?: string) =>
    call(['run', '.', ...ground.flags, ...args, ...(script === undefined ? [] : ['--', 'bash', '-c', script])]);
  const inBox = (name: string, script: string, args: readonly string[] = []) =>
    call(['exec', name, ...on, ...args, '--', 'bash', '-c', script]);
  /** Others may have boxes of a client of that name on the same engine. */
  const list = async () => {
    const { stdout } = await call(['ls', ...on, '--client', 'acme', '--json']);
    return (JSON.parse(stdout) as Record<string, unknown>[]).filter(({ project }) => project === lab.project);
  };
  const terminal = (args: readonly string[]) => openTerminal(lab.argv(args, env), lab.project);

  if (isOne)
    it('have names, wait for their start, and are started with what is kept nowhere', async () => {
      const made = await run(['--name', 'later', '--create-only', '--env', 'WORD=w0rd'], 'echo "$WORD $TOKEN"; exit 3');
      expect(made, made.stderr).toMatchObject({ code: 0, stdout: 'later\n' });
      expect(lab.engine(['inspect', 'later'])).not.toMatch(/w0rd|s3cret/);
      expect(await list()).toEqual([expect.objectContaining({ name: 'later', state: 'created' })]);
      const pruned = await call(['prune', ...on]);
      expect(pruned.stdout).toContain('kept later: it waits for its start');
      const bare = await call(['run', '--name', 'later', ...on]);
      expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining('--env WORD') });
      const started = await call(['run', '--name', 'later', ...on, '--env', 'WORD=w0rd']);
      expect(started, started.stderr).toMatchObject({ code: 3, stdout: `w0rd ${SECRET}\n` });
      expect(await list()).toEqual([]);
      expect(await run(['--name', 'No!'])).toMatchObject({ code: 2, stderr: expect.stringContaining('lower-case') });
    });

  if (isOne)
    it('stay with --keep, and are started again under their name with all that came back before', async () => {
      const commit = 'git log --format=%s -1; echo $RANDOM > n.txt; git add n.txt; git commit -qm "in $HOSTNAME"';
      const first = await run(['--name', 'kept', '--keep'], commit);
      expect(first, first.stderr).toMatchObject({ code: 0, stdout: 'first\n' });
      expect(lab.git('log', '--format=%s', '-1')).toBe('in acme\n');
      expect(await list()).toEqual([expect.objectContaining({ name: 'kept', state: 'exited', keep: true })]);
      const taken = await run(['--name', 'kept'], 'true');
      expect(taken).toMatchObject({ code: 125, stderr: expect.stringContaining('agentbox run --resume --name kept') });
      expect((await call(['prune', ...on])).stdout).toContain('kept kept: it was run with --keep');
      const again = await call(['run', '--resume', '--name', 'kept', ...on]);
      expect(again, again.stderr).toMatchObject({ code: 0, stdout: 'in acme\n' });
      expect(lab.git('rev-list', '--count', 'HEAD')).toBe('3\n');
      expect(await call(['rm', 'kept', ...on])).toMatchObject({ code: 0 });
      expect(await list()).toEqual([]);
    });

  it('are let go of by keys and attached to again; of two terminals the smaller size counts', async () => {
    // Two changes at once may be one WINCH to bash, so it tells again and again.
    const script = 'until read -rt 0.5 line; do stty size; done; echo "got $line"; exit 5';
    const first = terminal(['run', '.', ...ground.flags, '--name', 'shown', '--', 'bash', '-c', script]);
    await first.until(/30 100/);
    // Keys come one by one, as people type them.
    first.type('\u0010');
    await sleep(100);
    first.type('\u0011');
    expect(await first.end()).toBe(0);
    expect(first.text()).toContain('shown runs on: agentbox attach shown');
    const second = terminal(['attach', 'shown', ...on]);
    await second.until(/attached to shown; Ctrl-P Ctrl-Q lets go/);
    await second.until(/30 100/);
    second.resize(90, 40);
    await second.until(/40 90/);
    const third = terminal(['attach', 'shown', ...on, '--detach-keys', 'ctrl-x']);
    await third.until(/30 90/);
    third.type('\u0018');
    expect(await third.end()).toBe(0);
    await eventually(() => expect(second.text()).toMatch(/30 90[\s\S]*40 90/));
    second.type('hello\r');
    await second.until(/got hello/);
    expect(await second.end()).toBe(5);
    expect(await call(['rm', 'shown', ...on])).toMatchObject({ code: 0 });
  });

  it('without anybody: what appears is moved aside, a command gets a secret, files go in and come out, work is taken in', async () => {
    // Its launcher is gone when this returns.
    const started = await run(['--name', 'alone', '--detach'], 'sleep 300');
    expect(started, started.stderr).toMatchObject({ code: 0, stdout: 'alone\n' });
    await inBox('alone', 'echo "curl evil.test" > .envrc');
    await eventually(() => expect(existsSync(join(lab.project, '.envrc'))).toBe(false));

    const got = await inBox('alone', 'echo "$TOKEN"; tr "\\0" "\\n" < /proc/$$/cmdline', ['--with', 'TOKEN']);
    expect(got, got.stderr).toMatchObject({ code: 0 });
    expect(got.stdout.split('\n')[0]).toBe(SECRET);
    expect(got.stdout.split(SECRET)).toHaveLength(2);
    expect((await inBox('alone', 'cat /proc/1/environ; echo "[$TOKEN]"')).stdout).toMatch(/\[\]\n$/);

    await inBox(
      'alone',
      'mkdir -p /tmp/d/e; cd /tmp/d; echo one > e/f; ln -s e/f in; ln -s /etc/passwd out; mkfifo p; chmod 4755 e/f',
    );
    const into = join(lab.home, 'copies');
    lab.write(join(into, 'here.txt'), 'here\n', 0o644);
    const plain = await call(['cp', ...on, 'alone:/tmp/d', into]);
    expect(plain).toMatchObject({ code: 2, stderr: expect.stringContaining('may be run as a program') });
    const copied = await call(['cp', ...on, '--allow-risky', 'alone:/tmp/d', into]);
    expect(copied, copied.stderr).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('left behind: out: a link'),
    });
    expect(readdirSync(into).sort()).toEqual(['d', 'here.txt']);
    expect(readdirSync(join(into, 'd')).sort()).toEqual(['e', 'in']);
    expect(readFileSync(join(into, 'd/in'), 'utf8')).toBe('one\n');
    expect(lstatSync(join(into, 'd/e/f')).mode & 0o7000).toBe(0);
    expect(await call(['cp', ...on, join(into, 'here.txt'), 'alone:/tmp/there'])).toMatchObject({ code: 0 });
    expect((await inBox('alone', 'cat /tmp/there; test -O /tmp/there')).stdout).toBe('here\n');
    expect(await call(['cp', ...on, 'alone:/tmp/there', lab.project])).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('the project that alone works in'),
    });

    await inBox('alone', 'git commit -q --allow-empty -m alone');
    await call(['stop', 'alone', ...on]);
    await eventually(() => expect(lab.git('log', '--format=%s', '-1')).toBe('alone\n'));
    await eventually(async () => {
      expect((await call(['ls', ...on])).stderr).toContain('.envrc appeared and was moved aside');
    });
    expect(await call(['rm', '--force', 'alone', ...on])).toMatchObject({ code: 0 });
  });

  if (isOne)
    it('whose launcher was killed before their start are told, and pruned', async () => {
      // What such a launcher leaves: a box that was created, with the labels of one that was to be started.
      const spec = JSON.parse((await run(['--dry-run', '--json', '--name', 'dead'], 'true')).stdout) as {
        box: { image: string; labels: Record<string, string> };
      };
      const labels = Object.entries(spec.box.labels).map(([name, value]) => `--label=${name}=${value}`);
      lab.engine(['create', '--name', 'dead', ...labels, spec.box.image, 'true']);
      expect(await list()).toEqual([expect.objectContaining({ name: 'dead', state: 'starting' })]);
      expect((await call(['prune', ...on])).stdout).toContain('removed box dead');
      expect(await list()).toEqual([]);
    });

  if (isOne)
    it('are drawn again and again by ls --watch until q, and only on a terminal', async () => {
      expect(await call(['ls', '--watch', ...on])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('terminal'),
      });
      const screen = terminal(['ls', '--watch', ...on, '--client', 'acme']);
      await screen.until(/no boxes/);
      await run(['--name', 'seen', '--detach'], 'sleep 300');
      await screen.until(/seen +acme +shell +running/);
      screen.type('q');
      expect(await screen.end()).toBe(0);
      expect(screen.text()).toMatch(/\[\?1049h[\s\S]*\[\?1049l$/);
      await call(['rm', '--force', 'seen', ...on]);
    });
});
