import { randomBytes } from 'node:crypto';
import { packTar } from 'modern-tar';
import { afterEach, expect, it } from 'vitest';
import { type Build, type BuildProgress, LABEL } from '../../../src/engine/engine.ts';
import { UserError } from '../../../src/errors.ts';
import type { Suite } from './suite.ts';

/** Building, finding and removing images. */
export function images({ test, image }: Suite): void {
  const { engine } = test;
  const tags: string[] = [];
  afterEach(async () => {
    // One after the other: Docker 20.10 trips over itself when two images with layers in common go at once.
    for (const tag of tags.splice(0)) await engine.removeImage(tag);
  });

  async function build(
    dockerfile: string,
    changes: Partial<Build> = {},
  ): Promise<{ tag: string; progress: BuildProgress[] }> {
    const tag = `agentbox/test:${randomBytes(6).toString('hex')}`;
    tags.push(tag);
    const progress: BuildProgress[] = [];
    const files = Object.entries({ Dockerfile: `ARG FROM\nFROM $FROM\n${dockerfile}\n`, 'dir/a file': 'content\n' });
    const entries = files.map(([name, body]) => ({
      header: { name, size: body.length, mode: 0o644, type: 'file' as const },
      body,
    }));
    await engine.build({
      tag,
      context: Buffer.from(await packTar(entries)),
      args: { FROM: image(), WORD: 'told' },
      labels: { [`${LABEL}.image`]: 'test' },
      noCache: false,
      onProgress: (line) => progress.push(line),
      ...changes,
    });
    return { tag, progress };
  }

  const steps = (progress: readonly BuildProgress[], state: string) =>
    progress.filter((line) => line.kind === 'step' && line.state === state).map((line) => line.step);

  it('builds from an archive, with arguments and labels, and tells of every step', async () => {
    const mark = randomBytes(4).toString('hex');
    const { tag, progress } = await build(
      `ARG WORD\nENV MARK=${mark}\nCOPY ["dir/a file", "/copied"]\nRUN echo "it was $WORD" >&2`,
    );
    const info = await engine.image(tag);
    expect(info).toMatchObject({ env: { MARK: mark }, labels: { [`${LABEL}.image`]: 'test' } });
    expect(info?.size).toBeGreaterThan(1_000_000);
    expect(steps(progress, 'started').some((step) => step.includes('it was'))).toBe(true);
    expect(progress).toContainEqual(expect.objectContaining({ kind: 'output', text: 'it was told' }));
    const listed = (await engine.images()).find((entry) => entry.tag === tag);
    expect(listed).toMatchObject({ id: info?.id, size: info?.size });
    await engine.removeImage(tag);
    expect(await engine.image(tag)).toBeUndefined();
    await engine.removeImage(tag);
  });

  it('takes from the cache what was built before, unless told not to', async () => {
    const run = `RUN echo ${randomBytes(4).toString('hex')}`;
    const first = await build(run);
    const again = await build(run);
    const anew = await build(run, { noCache: true });
    const cached = [first, again, anew].map(({ progress }) =>
      steps(progress, 'cached').some((step) => step.includes('RUN')),
    );
    expect(cached).toEqual([false, true, false]);
  });

  it('gives the last lines of a step that fails', async () => {
    const error: unknown = await build('RUN echo the reason; exit 3').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    const { trouble, message, why } = error as UserError;
    expect(trouble).toBe('image');
    expect(`${message} ${why}`).toContain('the reason');
  });

  it('lets no proxy of the caller into a build that was not given one', async () => {
    const { progress } = await build(`RUN echo ${randomBytes(4).toString('hex')}; env | grep -ci _proxy || true`);
    expect(progress).toContainEqual(expect.objectContaining({ kind: 'output', text: '0' }));
  });
}
