import { createHash } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodePayload, READY } from '../../src/box/payload.ts';
import type { Streams } from '../../src/engine/engine.ts';
import type { BoxSpec } from '../../src/plan/spec.ts';
import { type Boxes, boxesOf, collect, pipes } from './support/boxes.ts';
import { baseImage, findEngine } from './support/engines.ts';
import { needRuntime, standInTerminal, troubleOf } from './support/standIns.ts';

const test = findEngine('docker');

describe.skipIf(test === undefined)('docker: streams', () => {
  if (test === undefined) return;
  const { engine } = test;
  let image = '';
  const boxes: Boxes = boxesOf(test, () => image);
  beforeAll(async () => {
    image = await baseImage(test);
  }, 600_000);
  afterEach(() => boxes.cleanUp());

  const launch = (spec: BoxSpec, streams: Streams | undefined, secret = '') =>
    engine.launch({
      spec,
      payload: encodePayload([{ op: 'env', name: 'SECRET', value: secret }]),
      approve: () => {},
      streams,
    });

  describe('with runc', () => {
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
      const { exit } = await launch(spec, streams);
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
      const sum = createHash('sha256').update(secret).digest('hex');
      expect(user.shown()).toContain('typed ahead\r\n');
      expect(user.shown()).toContain(sum);
      expect(user.shown()).toContain('31 97\r\n');
      expect(user.state.raw).toBe(false);
    });

    it("keeps the stage's sign out of what is shown and out of logs", async () => {
      const user = standInTerminal();
      const spec = boxes.spec(['echo', 'done'], { terminal: true });
      const { exit, id } = await launch(spec, user.streams);
      await exit;
      const log = collect();
      await engine.logs(id, { out: log.stream, follow: false });
      expect([user.shown(), log.text()]).toEqual(['done\r\n', 'done\r\n']);
      expect(test.raw(['logs', id])).toContain(READY);
    });

    it('joins a terminal to a box that runs, and lets go of it', async () => {
      const script = `echo ready; while :; do
        now=$(stty size); [ "$now" = "$was" ] || echo "$now"; was=$now
        read -r -t 0.1 line && echo "got $line"
      done`;
      const { id } = await boxes.detached(boxes.spec(['bash', '-c', script], { terminal: true }));
      const ready = async () => {
        const log = collect();
        await engine.logs(id, { out: log.stream, follow: false });
        return log.text();
      };
      await expect.poll(ready, { timeout: 10_000 }).toContain('ready');
      const user = standInTerminal();
      const { detach } = await engine.attach(id, user.streams);
      await expect.poll(user.shown, { timeout: 10_000 }).toMatch(/31 97\r\n/);
      user.type('hello\r');
      await expect.poll(user.shown, { timeout: 10_000 }).toContain('got hello');
      user.state.size = { rows: 22, columns: 88 };
      user.state.resize();
      await expect.poll(user.shown, { timeout: 10_000 }).toMatch(/22 88\r\n/);
      expect(user.state.raw).toBe(true);
      detach();
      expect(user.state.raw).toBe(false);
      expect((await engine.boxes({})).find((box) => box.id === id)?.state).toBe('running');
    });

    it('runs a program on a terminal of its own', async () => {
      const { id } = await boxes.detached(boxes.spec(['sleep', '100']));
      const user = standInTerminal();
      const script =
        'while [ "$(stty size)" = "0 0" ]; do sleep 0.02; done; stty size; read -r line; echo "got $line"; stty raw -echo; echo now; head -c 1 | od -An -tx1; exit 6';
      const running = engine.exec(id, ['bash', '-c', script], { streams: user.streams });
      await expect.poll(user.shown, { timeout: 10_000 }).toContain('31 97');
      user.type('hello\r');
      await expect.poll(user.shown, { timeout: 10_000 }).toContain('now');
      // Ctrl-P, by itself.
      user.type('\u0010');
      expect(await running).toBe(6);
      expect(user.shown()).toMatch(/got hello[\s\S]* 10\n/);
      expect(user.state.raw).toBe(false);
    });

    it('tells what the stage says when it gives up before it is ready', async () => {
      const spec = () => boxes.spec([], { terminal: true });
      const user = standInTerminal();
      const { exit } = await launch(spec(), user.streams);
      expect(await exit).toBe(125);
      expect(user.shown()).toContain('usage: stage');
      const alone = spec();
      const error = await troubleOf(launch(alone, undefined));
      expect([error.trouble, error.message]).toEqual(['box', 'the box ended before the agent was started']);
      expect(error.why).toContain('usage: stage');
      expect((await engine.boxes({})).some((box) => box.name === alone.name)).toBe(false);
    });
  });

  describe('under gVisor', () => {
    it.for([false, true])(
      'launches, hands over the payload and tells the exit code (terminal: %s)',
      async (terminal, context) => {
        await needRuntime(test, 'runsc', context);
        const user = standInTerminal();
        const piped = pipes('');
        const look = 'perl -e "printf q(%o-%d), (stat q(/tmp))[2] & 07777, (stat _)[4]"';
        const script = `printf %s "$SECRET" | wc -c; ${look}; exit 3`;
        const spec = boxes.spec(['sh', '-c', script], { runtime: 'runsc', terminal });
        const streams = terminal ? user.streams : piped.streams;
        const { exit } = await launch(spec, streams, 'x'.repeat(65_536));
        expect(await exit).toBe(3);
        const shown = terminal ? user.shown() : piped.stdout();
        expect(shown.split(/\r?\n/).slice(0, 2)).toEqual(['65536', `1777-${test.uid}`]);
      },
    );
  });
});
