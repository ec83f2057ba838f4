import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { encodePayload } from '../../../src/box/payload.ts';
import { mount } from '../support/boxes.ts';
import type { Suite } from './suite.ts';

const MIB = 1024 * 1024;

/** From launch to exit code: approval, payload, streams. */
export function running({ test, boxes }: Suite): void {
  it('never runs the agent of a box that was not approved, and takes the box away', async () => {
    const directory = await boxes.directory();
    const proof = join(directory, 'ran');
    const frames = [{ op: 'file', path: '/workspace/told', mode: '600', when: 'always', content: 'x' }] as const;
    const planned = () => boxes.spec(['touch', '/workspace/ran'], { mounts: [mount(directory, '/workspace')] });
    const refused = planned();
    const no = new Error('no');
    await expect(
      boxes.start(refused, {
        frames,
        approve: () => {
          throw no;
        },
      }),
    ).rejects.toBe(no);
    const left = (await test.engine.boxes({})).map((box) => box.name);
    expect([existsSync(proof), existsSync(join(directory, 'told')), left.includes(refused.name)]).toEqual([
      false,
      false,
      false,
    ]);
    // The control: the same box, approved, does run.
    const { code } = await boxes.run(planned(), { frames });
    expect([code, existsSync(proof), existsSync(join(directory, 'told'))]).toEqual([0, true, true]);
  });

  it('never runs the agent of a box whose payload does not come, and takes the box away', async () => {
    const directory = await boxes.directory();
    const proof = join(directory, 'ran');
    const planned = () => boxes.spec(['touch', '/workspace/ran'], { mounts: [mount(directory, '/workspace')] });
    const late = (what: () => Buffer) => sleep(1500).then(what);
    const lost = planned();
    const no = new Error('no');
    const never = late(() => {
      throw no;
    });
    await expect(boxes.start(lost, { payload: never })).rejects.toBe(no);
    const left = (await test.engine.boxes({})).map((box) => box.name);
    expect([existsSync(proof), left.includes(lost.name)]).toEqual([false, false]);
    // The control: it comes as late.
    const { code } = await boxes.run(planned(), { payload: late(() => encodePayload([])) });
    expect([code, existsSync(proof)]).toEqual([0, true]);
  });

  it.each([
    ['0', 'exit 0', 0],
    ['3', 'exit 3', 3],
    ['125', 'exit 125', 125],
    ['126', 'exit 126', 126],
    ['127', 'exit 127', 127],
    ['KILL', 'kill -KILL $$', 137],
    ['TERM', 'kill -TERM $$', 143],
  ])('passes on how the agent ended: %s', async (_name, script, code) => {
    expect((await boxes.run(boxes.spec(['sh', '-c', script]))).code).toBe(code);
  });

  it.each([
    ['is not there', '/nonexistent/agent', 127],
    ['is not executable', '/etc/debian_version', 126],
  ])('ends with the usual code when the agent %s', async (_name, program, code) => {
    const ended = await boxes.run(boxes.spec([program]));
    expect(ended.code).toBe(code);
    expect(ended.stderr).toContain(program);
  });

  it('starts the agent with the arguments, the environment and the directory of the plan', async () => {
    const spec = boxes.spec(
      ['sh', '-c', 'printf "%s|" "$@"; pwd; printf %s "$ODD"', 'sh', 'a b', '', '-x', '"é"', '$HOME'],
      {
        workdir: '/home/agent',
        env: { HOME: '/home/agent', ODD: 'a "b" $c\nd=e' },
      },
    );
    expect((await boxes.run(spec)).stdout).toBe('a b||-x|"é"|$HOME|/home/agent\na "b" $c\nd=e');
  });

  it('carries a secret of 64 KiB, which the engine itself never knows', async () => {
    const value = `s3cret-${'x'.repeat(64 * 1024)}`;
    const spec = boxes.spec(['sh', '-c', 'printf %s "$SECRET"; sleep 1']);
    const { box, stdout } = await boxes.start(spec, { frames: [{ op: 'env', name: 'SECRET', value }] });
    const told = test.raw(['inspect', box.id]);
    expect(await box.exit).toBe(0);
    expect(stdout()).toBe(value);
    expect(told).not.toContain('s3cret');
  });

  it('pipes standard input to the agent, to its end', async () => {
    const input = Buffer.alloc(MIB, 'agentbox\n');
    const { stdout, code } = await boxes.run(boxes.spec(['sha256sum']), { input });
    expect(code).toBe(0);
    expect(stdout).toContain(createHash('sha256').update(input).digest('hex'));
  });

  it('gives an agent that nobody feeds an empty standard input', async () => {
    expect((await boxes.run(boxes.spec(['sh', '-c', 'cat; echo end']))).stdout).toBe('end\n');
  });

  it('loses nothing of a mebibyte of output, and keeps the two streams apart', async () => {
    const script = `head -c ${MIB} /dev/zero | tr '\\0' o; head -c ${MIB} /dev/zero | tr '\\0' e >&2`;
    const { stdout, stderr } = await boxes.run(boxes.spec(['sh', '-c', script]));
    expect([stdout.length, stderr.length]).toEqual([MIB, MIB]);
    expect([stdout.replaceAll('o', ''), stderr.replaceAll('e', '')]).toEqual(['', '']);
  });

  it('lets a box run on when the launcher lets go of it', async () => {
    const directory = await boxes.directory();
    const script = 'sleep 1; echo done >/workspace/done; sleep 100';
    const { box } = await boxes.start(boxes.spec(['sh', '-c', script], { mounts: [mount(directory, '/workspace')] }));
    box.detach();
    await expect.poll(() => existsSync(join(directory, 'done')), { timeout: 10_000 }).toBe(true);
  });

  it('hands a detached box its payload and tells its exit code when asked', async () => {
    const directory = await boxes.directory();
    const value = 'v'.repeat(64 * 1024);
    const spec = boxes.spec(['sh', '-c', 'printf %s "$SECRET" >/workspace/got; exit 4'], {
      mounts: [mount(directory, '/workspace')],
    });
    const box = await boxes.detached(spec, { frames: [{ op: 'env', name: 'SECRET', value }] });
    expect(await box.exit).toBe(4);
    expect(readFileSync(join(directory, 'got'), 'utf8')).toBe(value);
  });
}
