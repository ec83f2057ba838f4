import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodePayload } from '../../src/box/payload.ts';
import { dockerEngine } from '../../src/engine/docker.ts';
import type { Engine, Streams } from '../../src/engine/engine.ts';
import type { BoxSpec } from '../../src/plan/spec.ts';
import { type Boxes, boxesOf, collect, mount, pipes } from './support/boxes.ts';
import { type Cuttable, cuttable } from './support/cuttable.ts';
import { baseImage, findEngine } from './support/engines.ts';
import { needRuntime, standInTerminal, troubleOf } from './support/standIns.ts';

const SOCKET = '/var/run/docker.sock';
const test = findEngine('docker');

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

  describe('an engine that goes away', () => {
    it.each([false, true])('ends a run with what to do, and the box runs on (terminal: %s)', async (terminal) => {
      const { far, line } = await throughLine();
      const spec = boxes.spec(['sh', '-c', 'echo up; sleep 100'], { terminal });
      const user = standInTerminal();
      const piped = pipes('');
      const { exit, id } = await launchOn(far, spec, terminal ? user.streams : piped.streams);
      await expect.poll(terminal ? user.shown : piped.stdout, { timeout: 10_000 }).toContain('up');
      expect(user.state.raw).toBe(terminal);
      line.cut();
      const error = await troubleOf(exit);
      expect([error.trouble, error.message]).toEqual(['engine', 'the connection to Docker broke']);
      expect(error.next).toEqual(['agentbox ls', `agentbox attach ${id.slice(0, 12)}`]);
      expect(user.state.raw).toBe(false);
      expect((await engine.boxes({})).find((box) => box.id === id)?.state).toBe('running');
    });

    it('ends whatever else is going on', async () => {
      const { far, line } = await throughLine();
      const { id } = await boxes.detached(boxes.spec(['sh', '-c', 'trap "" TERM; echo up; sleep 100']));
      const log = collect();
      const attached = await far.attach(id, pipes('').streams);
      const work = [
        attached.exit,
        far.logs(id, { out: log.stream, follow: true }),
        far.exec(id, ['sleep', '100'], { streams: pipes('').streams }),
      ].map(troubleOf);
      await expect.poll(log.text, { timeout: 10_000 }).toBe('up\n');
      work.push(troubleOf(far.stop(id, 30)));
      await sleep(300);
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

  describe('its own ways to fail', () => {
    it('tells the words of a runtime that is registered but broken, and removes the box', async (context) => {
      await needRuntime(test, 'agentbox-broken', context);
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

  describe('mounts', () => {
    it('does not carry what is mounted below a read-only directory', async (context) => {
      if (process.getuid?.() !== 0) return context.skip();
      const directory = await boxes.directory();
      const below = join(directory, 'below');
      mkdirSync(below);
      execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', 'mode=1777', 'agentbox-test', below]);
      try {
        writeFileSync(join(below, 'there'), '');
        const script = 'ls -A /data/below; touch /data/below/x 2>/dev/null && echo written';
        const spec = boxes.spec(['sh', '-c', script], { mounts: [mount(directory, '/data', false)] });
        expect((await boxes.run(spec)).stdout).toBe('');
        // The control: in a writable directory it is there, and can be written.
        const open = boxes.spec(['sh', '-c', script], { mounts: [mount(directory, '/data')] });
        expect((await boxes.run(open)).stdout).toBe('there\nwritten\n');
      } finally {
        execFileSync('/bin/umount', [below]);
      }
    });
  });
});
