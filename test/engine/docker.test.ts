import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodePayload, READY } from '../../src/box/payload.ts';
import { dockerEngine } from '../../src/engine/docker.ts';
import type { Engine, Streams } from '../../src/engine/engine.ts';
import { UserError } from '../../src/errors.ts';
import type { BoxSpec } from '../../src/plan/spec.ts';
import { type Boxes, boxesOf, collect, mount, pipes } from './support/boxes.ts';
import { type Cuttable, cuttable } from './support/cuttable.ts';
import { baseImage, findEngine } from './support/engines.ts';
import { registry } from './support/registry.ts';

const SOCKET = '/var/run/docker.sock';
const test = findEngine('docker');

/** A terminal without a screen: what is typed, what is shown, and whether it is raw. */
function standInTerminal() {
  const keys = new PassThrough();
  const screen = collect();
  const state = { raw: false, resize: () => {}, size: { rows: 31, columns: 97 } };
  const streams: Streams = {
    stdin: keys,
    stdout: screen.stream,
    stderr: screen.stream,
    terminal: {
      raw() {
        state.raw = true;
        return () => {
          state.raw = false;
        };
      },
      size: () => state.size,
      onResize(callback) {
        state.resize = callback;
        return () => {
          state.resize = () => {};
        };
      },
    },
  };
  return { streams, state, type: (text: string) => keys.write(text), shown: screen.text };
}

async function troubleOf(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error('no UserError', { cause: error });
  return error;
}

describe.skipIf(test === undefined)('docker', () => {
  if (test === undefined) return;
  const { engine } = test;
  let image = '';
  const boxes: Boxes = boxesOf(test, () => image);
  const lines: Cuttable[] = [];
  beforeAll(async () => {
    image = await baseImage(test);
  }, 600_000);
  afterEach(async () => {
    for (const line of lines.splice(0)) line.cut();
    await boxes.cleanUp();
  });

  async function throughLine(): Promise<{ far: Engine; line: Cuttable }> {
    const line = await cuttable(SOCKET);
    lines.push(line);
    return { far: dockerEngine({ socketPath: line.socketPath, endpoint: 'cut', configDir: '/nonexistent' }), line };
  }
  const launchOn = (on: Engine, spec: BoxSpec, streams: Streams | undefined, secret = '') =>
    on.launch({
      spec,
      payload: encodePayload([{ op: 'env', name: 'SECRET', value: secret }]),
      approve: () => {},
      streams,
    });
  const hasRuntime = async (name: string) => (await engine.facts()).runtimes.includes(name);

  describe('an engine that goes away', () => {
    it.each([false, true])('ends a run with what to do, and the box runs on (terminal: %s)', async (terminal) => {
      const { far, line } = await throughLine();
      const spec = boxes.spec(['sh', '-c', 'echo up; sleep 100'], { terminal });
      const user = standInTerminal();
      const streams = terminal ? user.streams : pipes('').streams;
      const { exit, id } = await launchOn(far, spec, streams);
      if (terminal) await expect.poll(() => user.state.raw).toBe(true);
      line.cut();
      const error = await troubleOf(exit);
      expect([error.trouble, error.message]).toEqual(['engine', 'the connection to Docker broke']);
      expect(error.next).toEqual(['agentbox ls', `agentbox attach ${id.slice(0, 12)}`]);
      expect(user.state.raw).toBe(false);
      expect((await engine.boxes({})).find((box) => box.id === id)?.state).toBe('running');
    });

    it('ends whatever else is going on', async () => {
      const { far, line } = await throughLine();
      const { id } = await boxes.detached(boxes.spec(['sh', '-c', 'echo up; sleep 100']));
      const log = collect();
      const attached = await far.attach(id, pipes('').streams);
      const work = [
        attached.exit,
        far.logs(id, { out: log.stream, follow: true }),
        far.exec(id, ['sleep', '100'], { streams: pipes('').streams }),
        far.stop(id, 30),
      ].map(troubleOf);
      await expect.poll(log.text).toBe('up\n');
      line.cut();
      for (const { trouble } of await Promise.all(work)) expect(trouble).toBe('engine');
      expect((await troubleOf(far.boxes({}))).message).toBe('Docker is not running');
    });

    it('ends a launch, and the payload never leaves', async () => {
      const { far, line } = await throughLine();
      const spec = boxes.spec(['true']);
      const payload = encodePayload([]);
      const launching = far.launch({ spec, payload, approve: () => line.cut(), streams: pipes('').streams });
      expect((await troubleOf(launching)).trouble).toBe('engine');
      expect((await engine.boxes({})).find((box) => box.name === spec.name)?.state).toBe('created');
    });
  });

  describe('streams', () => {
    it('loses no output of a box that ends while its input floods in', async () => {
      const spec = boxes.spec(['sh', '-c', 'head -c 1 >/dev/null; seq 1 200000']);
      const flood = new Readable({ read: () => void setImmediate(() => flood.push(Buffer.alloc(65_536, 'y'))) });
      const out = collect();
      // A reader so slow that the end of the box comes long before the end of its output.
      const slow = new Writable({
        highWaterMark: 1000,
        write: (chunk: Buffer, _encoding, done) => void out.stream.write(chunk, () => setTimeout(done, 1)),
      });
      const streams = { stdin: flood, stdout: slow, stderr: slow, terminal: undefined };
      const { exit } = await launchOn(engine, spec, streams);
      expect(await exit).toBe(0);
      flood.destroy();
      expect(out.text().length).toBe(1_288_895);
      expect(out.text().endsWith('200000\n')).toBe(true);
    });

    it('carries 200 KiB of any text through a terminal, before anything is typed', async () => {
      const secret = `${'grüße \u0010\u0011\u0003\u0004\u001a\u001c\r\n\t'.repeat(5_000)}.`;
      const user = standInTerminal();
      user.type('typed ahead\n');
      const script = `read line; echo "$line"; cat /tmp/secret | sha256sum; stty size; exit 4`;
      const spec = boxes.spec(['bash', '-c', script], { terminal: true });
      const frames = [{ op: 'file', path: '/tmp/secret', mode: '600', when: 'always', content: secret }] as const;
      const payload = encodePayload(frames);
      const { exit } = await engine.launch({ spec, payload, approve: () => {}, streams: user.streams });
      expect(await exit).toBe(4);
      const sum = execFileSync('sha256sum', { input: secret, encoding: 'utf8' }).slice(0, 64);
      expect(user.shown()).toContain('typed ahead\r\n');
      expect(user.shown()).toContain(sum);
      expect(user.shown()).toContain('31 97\r\n');
      expect(user.state.raw).toBe(false);
    });

    it("keeps the stage's sign out of what is shown and out of logs", async () => {
      const user = standInTerminal();
      const spec = boxes.spec(['echo', 'done'], { terminal: true });
      const { exit, id } = await launchOn(engine, spec, user.streams);
      await exit;
      const log = collect();
      await engine.logs(id, { out: log.stream, follow: false });
      expect([user.shown(), log.text()]).toEqual(['done\r\n', 'done\r\n']);
      expect(test.raw(['logs', id])).toContain(READY);
    });

    it('joins a terminal to a box that runs, and lets go of it', async () => {
      const script = 'trap "stty size" WINCH; echo ready; while :; do read -r line && echo "got $line"; done';
      const { id } = await boxes.detached(boxes.spec(['bash', '-c', script], { terminal: true }));
      const user = standInTerminal();
      const { detach } = await engine.attach(id, user.streams);
      await expect.poll(user.shown).toMatch(/31 97\r\n/);
      user.type('hello\r');
      await expect.poll(user.shown).toContain('got hello');
      user.state.size = { rows: 22, columns: 88 };
      user.state.resize();
      await expect.poll(user.shown).toMatch(/22 88\r\n/);
      expect(user.state.raw).toBe(true);
      detach();
      expect(user.state.raw).toBe(false);
      expect((await engine.boxes({})).find((box) => box.id === id)?.state).toBe('running');
    });

    it('runs a program on a terminal of its own', async () => {
      const { id } = await boxes.detached(boxes.spec(['sleep', '100']));
      const user = standInTerminal();
      const script =
        'stty size; read -r line; echo "got $line"; stty raw -echo; echo now; head -c 1 | od -An -tx1; exit 6';
      const running = engine.exec(id, ['bash', '-c', script], { streams: user.streams });
      await expect.poll(user.shown).toContain('31 97');
      user.type('hello\r');
      await expect.poll(user.shown).toContain('now');
      // Ctrl-P, by itself.
      user.type('\u0010');
      expect(await running).toBe(6);
      expect(user.shown()).toMatch(/got hello[\s\S]* 10\n/);
      expect(user.state.raw).toBe(false);
    });

    it("says why a detached box's stage gave up", async () => {
      const spec = boxes.spec(['true'], { terminal: true, tmpfs: [] });
      const error = await troubleOf(
        engine
          .launch({ spec, payload: Buffer.from('nonsense\n'), approve: () => {}, streams: undefined })
          .then(({ exit }) => exit.then((code) => Promise.reject(new UserError('box', `ended with ${code}`)))),
      );
      expect(error.trouble).toBe('box');
    });
  });

  describe('its own ways to fail', () => {
    it('tells the words of a runtime that is registered but broken, and removes the box', async (context) => {
      if (!(await hasRuntime('agentbox-broken'))) return context.skip();
      const spec = boxes.spec(['true'], { runtime: 'agentbox-broken' });
      const error = await troubleOf(launchOn(engine, spec, pipes('').streams));
      expect([error.trouble, error.message]).toEqual(['engine', 'the runtime could not start the box']);
      expect(error.why).toContain('OCI runtime create failed');
      expect((await engine.boxes({})).some((box) => box.name === spec.name)).toBe(false);
    });

    it('says that an image is not one of ours when it has no init', async () => {
      const error = await troubleOf(boxes.run(boxes.spec(['true'], { image: 'node:22-bookworm-slim' })));
      expect([error.trouble, error.message]).toEqual(['image', 'the image cannot be a box']);
    });

    it('is not led elsewhere by the environment', async () => {
      vi.stubEnv('DOCKER_HOST', 'tcp://127.0.0.1:1');
      vi.stubEnv('DOCKER_TLS_VERIFY', '1');
      const one = dockerEngine({ socketPath: SOCKET, endpoint: SOCKET, configDir: '/nonexistent' });
      expect((await one.facts()).kind).toBe('docker');
      vi.unstubAllEnvs();
    });
  });

  describe('under gVisor', () => {
    it.each([false, true])(
      'launches, hands over the payload and tells the exit code (terminal: %s)',
      async (terminal) => {
        if (!(await hasRuntime('runsc'))) return;
        const user = standInTerminal();
        const piped = pipes('');
        const spec = boxes.spec(['sh', '-c', 'printf %s "$SECRET" | wc -c; perl -e "printf q(%o-%d), (stat q(/tmp))[2] & 07777, (stat _)[4]"; exit 3'], {
          runtime: 'runsc',
          terminal,
        });
        const streams = terminal ? user.streams : piped.streams;
        const { exit } = await launchOn(engine, spec, streams, 'x'.repeat(65_536));
        expect(await exit).toBe(3);
        const shown = terminal ? user.shown() : piped.stdout();
        expect(shown.split(/\r?\n/).slice(0, 2)).toEqual(['65536', `1777-${test.uid}`]);
      },
    );
  });

  describe('mounts', () => {
    it('does not carry what is mounted below a read-only directory', async (context) => {
      if (process.getuid?.() !== 0) return context.skip();
      const directory = await boxes.directory();
      const below = join(directory, 'below');
      mkdirSync(below);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'agentbox-test', below]);
      try {
        writeFileSync(join(below, 'there'), '');
        const script = 'ls -A /data/below; touch /data/below/x 2>/dev/null && echo written';
        const spec = boxes.spec(['sh', '-c', script], { mounts: [mount(directory, '/data', false)] });
        expect((await boxes.run(spec)).stdout).toBe('');
        // The control: in a writable directory it is there, and can be written.
        const open = boxes.spec(['sh', '-c', script], { mounts: [mount(directory, '/data')] });
        expect((await boxes.run(open)).stdout).toBe('there\nwritten\n');
      } finally {
        execFileSync('umount', [below]);
      }
    });
  });

  describe('registries', () => {
    it('pulls with the login of Docker, and says so when there is none', async () => {
      const shop = await registry('me:pass:word');
      const configDir = mkdtempSync(join(tmpdir(), 'agentbox-docker-'));
      const auth = Buffer.from('me:pass:word').toString('base64');
      writeFileSync(join(configDir, 'config.json'), JSON.stringify({ auths: { [shop.host]: { auth } } }));
      try {
        const stranger = await troubleOf(engine.pull(shop.image, () => {}));
        expect([stranger.trouble, stranger.message]).toEqual(['image', `${shop.image} could not be pulled`]);
        expect(stranger.why).not.toContain(auth);
        const progress: string[] = [];
        const known = dockerEngine({ socketPath: SOCKET, endpoint: SOCKET, configDir });
        await known.pull(shop.image, (text) => progress.push(text));
        expect(await engine.image(shop.image)).toMatchObject({ env: { FROM_REGISTRY: 'yes' } });
        expect(progress.some((line) => line.includes('Pull complete'))).toBe(true);
      } finally {
        await engine.removeImage(shop.image);
        await shop.close();
        rmSync(configDir, { recursive: true });
      }
    });
  });
});
