import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Context } from '../../src/context.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { buildCommand } from '../../src/image/buildCommand.ts';
import { listCommand, pruneCommand } from '../../src/image/imagesCommand.ts';
import { labelsOf, MARK_DERIVED } from '../../src/image/ours.ts';
import { testContext } from '../unit/support/command.ts';
import { configOf, userError } from '../unit/support/config.ts';
import { baseImage, findEngine } from './support/engines.ts';

const MINUTES = 60_000;
const tested = (['docker', 'podman'] as const).flatMap((kind) => findEngine(kind) ?? []);

describe.each(tested)('agentbox images with $kind', (test) => {
  const mark = randomBytes(4).toString('hex');
  const tags: string[] = [];
  const containers: string[] = [];
  let home: string;
  let base: string;

  // Other people's images and tests share the engine: only those of this test are seen.
  const mine = new Set<string>();
  const engine: Engine = {
    ...test.engine,
    images: async () => (await test.engine.images()).filter(({ id, tag }) => mine.has(id) || tag === base),
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'agentbox-images-'));
    base = await baseImage(test);
  }, 10 * MINUTES);
  afterAll(async () => {
    for (const name of containers) test.raw(['rm', '-f', name]);
    for (const ref of [...tags.reverse(), ...mine]) await test.engine.removeImage(ref).catch(() => {});
    await rm(home, { recursive: true, force: true });
  });

  /** Builds an image from lines of a Dockerfile and gives its id. */
  async function make(
    tag: string,
    lines: readonly string[],
    labels: Readonly<Record<string, string>>,
  ): Promise<string> {
    const text = `${lines.join('\n')}\n`;
    const header = { name: 'Dockerfile', size: text.length, mode: 0o644, type: 'file' as const };
    const context = Buffer.from(await packTar([{ header, body: text }]));
    await test.engine.build({ tag, context, args: {}, labels, noCache: false, onProgress: () => {} });
    if (!tags.includes(tag)) tags.push(tag);
    const { id = '' } = (await test.engine.image(tag)) ?? {};
    mine.add(id);
    return id;
  }
  /** One that agentbox might have built; `word` makes it another. */
  const ours = (key: string, word = key) => {
    const tag = `agentbox/probe:${key}-${mark}`;
    const lines = [`FROM ${base}`, `ENV WORD=${word}-${mark}`, MARK_DERIVED];
    return make(tag, lines, labelsOf({ tag, folder: 'probe', title: `probe ${key}` }));
  };
  const theirs = (tag: string, from: string, word: string) =>
    make(tag, [`FROM ${from}`, `ENV WORD=${word}-${mark}`], {});
  const contextOf = (clients: Parameters<typeof configOf>[0] = {}) => {
    const context = testContext(home, { answer: true });
    return Object.assign(context, { engine: async () => engine, config: async () => configOf(clients) });
  };
  const has = async (id: string) => (await test.engine.image(id)) !== undefined;

  it('removes what nothing uses, and never what a user built on it', { timeout: 5 * MINUTES }, async () => {
    const old = await ours('old');
    const lost = await ours('again', 'before');
    const again = await ours('again', 'after');
    const boxed = await ours('boxed');
    const held = await ours('held');
    await ours('parent');
    const used = await theirs(`agentbox-user-${mark}:1`, `agentbox/probe:parent-${mark}`, 'first');
    const untagged = await theirs(`agentbox-user-${mark}:2`, `agentbox/probe:parent-${mark}`, 'second');
    await theirs(`agentbox-user-${mark}:2`, `agentbox/probe:parent-${mark}`, 'third');
    for (const [name, tag, ...flags] of [
      [`agentbox-box-${mark}`, `agentbox/probe:boxed-${mark}`, '--label', 'dev.agentbox=box'],
      [`no-box-${mark}`, `agentbox/probe:held-${mark}`],
    ] as const) {
      test.raw(['create', '--name', name, ...flags, tag, 'true']);
      containers.push(name);
    }

    const listing = contextOf();
    await listCommand(listing, { json: true });
    const listed = JSON.parse(listing.written.out) as {
      id: string;
      tag: string | null;
      image: string;
      used: boolean;
    }[];
    expect(listed.find(({ id }) => id === old)).toMatchObject({ image: 'probe old', used: false });
    expect(listed.find(({ id }) => id === lost)).toMatchObject({ tag: null, used: false });
    expect(listed.find(({ id }) => id === boxed)).toMatchObject({ boxes: [`agentbox-box-${mark}`], used: true });
    expect(listed.find(({ tag }) => tag === base)).toMatchObject({ clients: ['default'], used: true });
    expect(listed.some(({ id }) => id === used || id === untagged)).toBe(false);

    const looking = contextOf();
    await pruneCommand(looking, { dryRun: true });
    expect(looking.written.out).toContain(`agentbox/probe:old-${mark}`);
    expect(looking.written.out).toContain('nobody: replaced by a newer build');
    expect(await has(old)).toBe(true);

    const context = contextOf();
    await pruneCommand(context, {});
    expect(context.written.err).toMatch(/^removed \d images: up to \d+ MB, less the layers that other images share$/m);
    expect(context.written.err).toMatch(new RegExp(`^agentbox/probe:held-${mark} stays: .*container`, 'm'));
    const left = await Promise.all([old, lost, again, boxed, held, used, untagged].map(has));
    expect(left).toEqual([false, false, false, true, true, true, true]);
    expect(await test.engine.image(base)).toBeDefined();
    // What a user built stays whole although the tag it was built on is gone.
    expect(await test.engine.image(`agentbox/probe:parent-${mark}`)).toBeUndefined();
    expect(test.raw(['run', '--rm', '--network=none', `agentbox-user-${mark}:1`, 'printenv', 'WORD'])).toBe(
      `first-${mark}\n`,
    );
  });

  it('asks, and does nothing after a no or where nobody can be asked', { timeout: 2 * MINUTES }, async () => {
    const id = await ours('asked');
    const no = Object.assign(contextOf(), { prompter: { confirm: async () => false, secret: async () => '' } });
    await pruneCommand(no, {});
    const { prompter } = testContext(home);
    await expect(pruneCommand(Object.assign(contextOf(), { prompter }), {})).rejects.toThrow(
      'there is no terminal to ask',
    );
    expect(await has(id)).toBe(true);
    const yes = Object.assign(contextOf(), { prompter });
    await pruneCommand(yes, { yes: true, json: true });
    expect(JSON.parse(yes.written.out)).toMatchObject({ removed: [`agentbox/probe:asked-${mark}`] });
    expect(await has(id)).toBe(false);
  });

  it('builds for every agent of a client, also after one that fails', { timeout: 10 * MINUTES }, async () => {
    // There is no such version, so npm fails; the shell comes after it.
    const settings = { agents: ['claude', 'shell'], agentVersion: { claude: '0.0.0' } };
    const context: Context & { written: { out: string; err: string } } = contextOf({ acme: settings, other: settings });
    const error = await userError(() => buildCommand(context, { client: 'acme', all: true }));
    expect(error).toMatchObject({
      trouble: 'image',
      message: '1 of 3 images could not be built',
      why: 'claude of acme',
      next: ['agentbox build --client acme --agent claude'],
    });
    expect(context.written.out).toMatch(/^IMAGE +NOW +CLIENTS +TAG$/m);
    expect(context.written.out).toMatch(/^claude +failed +acme +-$/m);
    expect(context.written.out).toMatch(new RegExp(`^base image +is there +acme +${base}$`, 'm'));
    expect(context.written.err).toContain('claude 0.0.0: ');
    await expect(buildCommand(context, { all: true, agent: 'claude' })).rejects.toThrow(
      '--agent has no place beside it',
    );
  });
});
