import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { encodePayload } from '../../../src/box/payload.ts';
import { UserError } from '../../../src/errors.ts';
import { collect, pipes, RUN } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

const MINE = { 'dev.agentbox.test': RUN };
const LAUNCHER = fileURLToPath(new URL('../support/launcher.ts', import.meta.url));

/** Boxes that live on: listing, attaching, exec, logs, signals, stopping, removing. */
export function life({ test, boxes }: Suite): void {
  const { engine } = test;
  const troubleOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof UserError ? error.trouble : String(error)),
    );

  it('lists boxes by their labels, with their state and how they ended', async () => {
    const long = boxes.spec(['sleep', '100'], { labels: { 'dev.agentbox.client': `a=b c,${RUN}` } });
    const short = boxes.spec(['sh', '-c', 'exit 7']);
    const { id } = await boxes.detached(long);
    await (await boxes.detached(short)).exit;
    // Docker 26 tells the code first, and has it in its list some milliseconds later.
    const over = async () => (await engine.boxes(MINE)).find(({ name }) => name === short.name)?.state === 'exited';
    await expect.poll(over).toBe(true);
    const all = await engine.boxes(MINE);
    const [listed, ended] = [long, short].map(({ name }) => all.find((box) => box.name === name));
    expect(listed).toMatchObject({ id, labels: long.labels, state: 'running', exitCode: undefined });
    expect(ended).toMatchObject({ state: 'exited', exitCode: 7 });
    expect(Math.abs(Date.parse(listed?.created ?? '') - Date.now())).toBeLessThan(120_000);
    const narrowed = await engine.boxes({ ...MINE, 'dev.agentbox.client': `a=b c,${RUN}` });
    expect(narrowed.map((box) => box.name)).toEqual([long.name]);
    expect(await engine.boxes({ 'dev.agentbox.client': 'nobody' })).toEqual([]);
  });

  it('only makes a box, which then is not running', async () => {
    const spec = boxes.spec(['true']);
    const id = await engine.create(spec);
    const find = async () => (await engine.boxes(MINE)).find(({ name }) => name === spec.name);
    expect(await find()).toMatchObject({ id, state: 'created' });
    await engine.remove(id);
    expect(await find()).toBeUndefined();
  });

  it('gives a terminal that nobody is at a size, a program of its own a secret, and tells what a box uses', async () => {
    const { id } = await boxes.detached(boxes.spec(['sleep', '100'], { terminal: true }));
    const run = async (argv: readonly string[], payload?: Buffer) => {
      const { streams, stdout } = pipes('typed');
      expect(await engine.exec(id, argv, { streams, payload })).toBe(0);
      return stdout();
    };
    await engine.resize(id, { rows: 21, columns: 77 });
    expect(await run(['stty', '-F', '/proc/1/fd/0', 'size'])).toBe('21 77\n');
    const payload = encodePayload([{ op: 'env', name: 'SECRET', value: `s3cret ${'x'.repeat(70_000)}` }]);
    const shown = await run(['sh', '-c', 'echo "$SECRET" | wc -c; cat; tr "\\0" " " < /proc/$$/cmdline'], payload);
    expect(shown).toBe('70008\ntypedsh -c echo "$SECRET" | wc -c; cat; tr "\\0" " " < /proc/$$/cmdline ');
    expect(await run(['sh', '-c', 'echo "[$SECRET]"'])).toBe('[]\n');
    // Rootless podman on cgroup v1 tells nothing.
    for (const [box, bytes] of await engine.memory([id])) expect([box, bytes > 0]).toEqual([id, true]);
    if (test.kind === 'docker') expect((await engine.memory([id])).size).toBe(1);
  });

  it('keeps what a box printed, for later', async () => {
    const { id, exit } = await boxes.detached(boxes.spec(['sh', '-c', 'echo out; echo err >&2; echo end']));
    await exit;
    const log = collect();
    await engine.logs(id, { out: log.stream, follow: false });
    expect(log.text().trim().split('\n').sort()).toEqual(['end', 'err', 'out']);
  });

  it('keeps nothing of a box that is not logged, and gives it to who is connected', async () => {
    const spec = boxes.spec(['sh', '-c', 'head -c 300000 /dev/zero; sleep 1'], { logged: false });
    const { box, stdout } = await boxes.start(spec);
    expect(await box.exit).toBe(0);
    expect(stdout()).toHaveLength(300_000);
    const log = collect();
    await engine.logs(box.id, { out: log.stream, follow: false }).catch(() => {});
    expect(log.text().replace(/^.*(?:does not support reading|none).*\n?/gim, '')).toBe('');
  });

  it('follows what a box prints until it ends', async () => {
    const { id } = await boxes.detached(boxes.spec(['sh', '-c', 'echo early; sleep 1; echo late']));
    const log = collect();
    await engine.logs(id, { out: log.stream, follow: true });
    expect(log.text()).toBe('early\nlate\n');
  });

  it('runs a program in a box, and gives its output and exit code', async () => {
    const { id } = await boxes.detached(boxes.spec(['sleep', '100']));
    const { streams, stdout, stderr } = pipes('typed');
    const argv = ['sh', '-c', 'pwd; id -u; cat; echo err >&2; exit 9'];
    expect(await engine.exec(id, argv, { streams, workdir: '/home/agent' })).toBe(9);
    expect([stdout(), stderr()]).toEqual([`/home/agent\n${test.uid}\ntyped`, 'err\n']);
    expect(await engine.exec(id, ['/nonexistent/program'], { streams: pipes('').streams })).toBe(127);
  });

  it('attaches to a box that runs, and gives the exit code of its agent', async () => {
    const { id } = await boxes.detached(
      boxes.spec(['sh', '-c', 'until [ -e /tmp/go ]; do echo there; sleep 0.1; done; echo late; exit 5']),
    );
    const { streams, stdout } = pipes('');
    const attached = await engine.attach(id, streams);
    // Podman's command takes its time to get there, and a box that ended before cannot be attached to.
    await expect.poll(stdout, { timeout: 20_000 }).toContain('there');
    expect(await engine.exec(id, ['touch', '/tmp/go'], { streams: pipes('').streams })).toBe(0);
    expect(await attached.exit).toBe(5);
    // Podman's attach ends with a line of its own.
    expect(stdout().trimEnd()).toMatch(/^(?:there\n)+late$/);
  });

  it('sends signals to the agent', async () => {
    const script = 'trap "echo caught; exit 6" INT; echo ready; while :; do sleep 0.1; done';
    const { box, stdout } = await boxes.start(boxes.spec(['sh', '-c', script]));
    await expect.poll(stdout, { timeout: 10_000 }).toContain('ready');
    await engine.signal(box.id, 'SIGINT');
    expect([await box.exit, stdout()]).toEqual([6, 'ready\ncaught\n']);
  });

  it('pauses a box, which goes on where it was; or says that it cannot', async () => {
    const script = 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done';
    const { box, stdout } = await boxes.start(boxes.spec(['sh', '-c', script]));
    await expect.poll(stdout, { timeout: 10_000 }).toContain('3');
    const paused = await engine.pause(box.id);
    // What it wrote before is still on its way.
    await sleep(500);
    const before = stdout().length;
    await sleep(1000);
    expect(stdout().length > before).toBe(!paused);
    const state = (await engine.boxes(MINE)).find(({ id }) => id === box.id)?.state;
    expect(state).toBe(paused ? 'paused' : 'running');
    await engine.unpause(box.id);
    await engine.unpause(box.id);
    const after = stdout().length;
    await expect.poll(() => stdout().length, { timeout: 10_000 }).toBeGreaterThan(after);
    await engine.pause(box.id);
    await engine.stop(box.id, 1);
    expect(await box.exit).toBeGreaterThan(100);
  });

  it('stops a box with TERM, and with KILL when that does not help', async () => {
    const script = 'echo ready; while :; do sleep 0.1; done';
    const soft = await boxes.start(boxes.spec(['sh', '-c', `trap "exit 0" TERM; ${script}`]));
    const hard = await boxes.start(boxes.spec(['sh', '-c', `trap "" TERM; ${script}`]));
    await expect.poll(() => soft.stdout() + hard.stdout(), { timeout: 10_000 }).toBe('ready\nready\n');
    await Promise.all([engine.stop(soft.box.id, 20), engine.stop(hard.box.id, 1)]);
    expect([await soft.box.exit, await hard.box.exit]).toEqual([0, 137]);
    await engine.stop(soft.box.id, 1);
  });

  it('removes a box whether it runs, has ended or is gone', async () => {
    const running = await boxes.detached(boxes.spec(['sleep', '100']));
    await engine.remove(running.id);
    await engine.remove(running.id);
    const ended = await boxes.detached(boxes.spec(['true']));
    await ended.exit;
    await engine.remove(ended.id);
    await engine.remove('agentbox-no-such-box');
    const left = (await engine.boxes(MINE)).map((box) => box.id);
    expect(left).not.toContain(running.id);
    expect(left).not.toContain(ended.id);
  });

  it('calls it trouble with the box when there is none, or none that runs', async () => {
    const { id, exit } = await boxes.detached(boxes.spec(['true']));
    await exit;
    const { streams } = pipes('');
    expect(await troubleOf(engine.exec(id, ['true'], { streams }))).toBe('box');
    expect(await troubleOf(engine.signal(id, 'SIGINT'))).toBe('box');
    expect(await troubleOf(engine.attach(id, streams).then((attached) => attached.exit))).toBe('box');
    const none = 'agentbox-no-such-box';
    expect(await troubleOf(engine.inspect(none))).toBe('box');
    expect(await troubleOf(engine.logs(none, { out: collect().stream, follow: false }))).toBe('box');
    expect(await troubleOf(engine.exec(none, ['true'], { streams }))).toBe('box');
    expect(await troubleOf(engine.stop(none, 1))).toBe('box');
  });

  it('keeps a box, its output and its exit code when the launcher is killed', async () => {
    const spec = boxes.spec(['sh', '-c', 'echo early; sleep 3; echo late; exit 8']);
    const launcher = spawn(process.execPath, ['--import', 'tsx', LAUNCHER, test.kind, JSON.stringify(spec)]);
    const output = collect();
    launcher.stdout.pipe(output.stream);
    await expect.poll(output.text, { timeout: 20_000 }).toContain('early');
    launcher.kill('SIGKILL');
    await once(launcher, 'exit');
    const state = async () => (await engine.boxes(MINE)).find((box) => box.name === spec.name);
    expect(await state()).toMatchObject({ state: 'running' });
    await expect.poll(state, { timeout: 20_000 }).toMatchObject({ state: 'exited', exitCode: 8 });
    const log = collect();
    await engine.logs(spec.name, { out: log.stream, follow: false });
    expect(log.text()).toBe('early\nlate\n');
  });
}
