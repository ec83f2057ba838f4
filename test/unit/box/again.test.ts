import { describe, expect, it } from 'vitest';
import { named, resumed } from '../../../src/box/again.ts';
import { recipeOf } from '../../../src/box/recipe.ts';
import type { RunCommand } from '../../../src/box/run.ts';
import { NO_FLAGS } from '../../../src/config/flags.ts';
import type { BoxInfo } from '../../../src/engine/engine.ts';
import { UsageError, UserError } from '../../../src/errors.ts';
import { toLabels } from '../../../src/plan/labels.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

const run = (changes: Partial<RunCommand> = {}): RunCommand => ({
  flags: NO_FLAGS,
  ...{ dir: '.', scratch: false, args: [], command: undefined, login: false, timeout: undefined, resume: false },
  ...{ freshCreds: false, detach: false, dryRun: false, json: false },
  ...changes,
});

const asked = (changes: Partial<RunCommand> = {}) => recipeOf(run({ args: ['-p', 'do it'], ...changes }));

function box(
  name: string,
  changes: Omit<Partial<BoxInfo>, 'labels'> & { labels?: Record<string, unknown> } = {},
): BoxInfo {
  const labels = toLabels({
    ...{ client: 'acme', data: '/data', agent: 'claude', project: '/work/shop', version: '1', started: '' },
    ...{ terminal: true, runtime: 'runc', network: 'none', workspace: 'bind', keep: false, waits: false },
    asked: asked(),
    ...changes.labels,
  });
  const created = '2026-01-01T11:00:00Z';
  return { id: `id-${name}`, name, image: '', state: 'running', exitCode: undefined, created, ...changes, labels };
}

const present = (...boxes: readonly BoxInfo[]) => ({ boxes, data: '/data', terminal: true, now: NOW });

function trouble(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return `${error.message}: ${error.why}; ${error.next.join('; ')}`;
    if (error instanceof UsageError) return `usage: ${error.message}; ${error.next.join('; ')}`;
    throw error;
  }
  return 'none';
}

describe('a run with --name', () => {
  it('is a new box where there is none of that name, and the name is one', () => {
    expect(named(run({ name: 'shop' }), 'shop', present(box('other')))).toEqual({
      kind: 'run',
      request: run({ name: 'shop' }),
    });
    for (const name of ['Shop', 'a', '-shop', 'shop.lock', '../x', 'agentbox-x', 'x'.repeat(49)]) {
      expect(() => named(run(), name, present()), name).toThrow(UsageError);
    }
  });

  it.each([
    ['runs', { state: 'running' }, 'it runs; agentbox attach shop; or another --name'],
    ['ended', { state: 'exited' }, 'it ended; agentbox run --resume --name shop; agentbox rm shop; or another --name'],
    ['is being started', { state: 'created', created: '2026-01-01T11:59:30Z' }, 'it is just being started; '],
    ['is another user’s', { labels: { data: '/theirs' } }, 'it is another user’s; or another --name'],
  ] as const)('is told what to type when the box %s', (_, changes, words) => {
    const text = trouble(() => named(run({ name: 'shop' }), 'shop', present(box('shop', changes))));
    expect(text).toContain(`there is a box shop already: ${words}`);
  });

  it('starts a box that waits, with what it was asked for', () => {
    const waits = box('shop', { state: 'created', labels: { waits: true, asked: asked({ keep: true }) } });
    const turn = named(run({ name: 'shop' }), 'shop', present(waits));
    expect(turn).toMatchObject({
      kind: 'run',
      request: { replaces: 'id-shop', name: 'shop', args: ['-p', 'do it'], keep: true, resume: false },
    });
    expect(turn).toMatchObject({ request: { dir: '/work/shop', flags: { client: 'acme', agent: 'claude' } } });
  });

  it('attaches with --resume to a box that runs, and starts one anew that ended or lost its launcher, without its old arguments', () => {
    const resume = run({ name: 'shop', resume: true });
    expect(named(resume, 'shop', present(box('shop')))).toMatchObject({ kind: 'attach', box: { id: 'id-shop' } });
    expect(trouble(() => named({ ...resume, args: ['x'] }, 'shop', present(box('shop'))))).toContain(
      'usage: shop runs',
    );
    for (const state of ['exited', 'created'] as const) {
      const turn = named(resume, 'shop', present(box('shop', { state })));
      expect(turn).toMatchObject({ kind: 'run', request: { resume: true, args: [], replaces: 'id-shop' } });
    }
  });

  it('does the command of a shell again, which has no conversation', () => {
    const ended = box('shop', { state: 'exited', labels: { agent: 'shell' } });
    expect(named(run({ name: 'shop', resume: true }), 'shop', present(ended))).toMatchObject({
      request: { args: ['-p', 'do it'] },
    });
  });

  it('refuses another client or agent than the box has, a box of an older agentbox, and variables whose value is gone', () => {
    const ended = (labels: Record<string, unknown> = {}) => present(box('shop', { state: 'exited', labels }));
    const resume = (flags: Partial<RunCommand['flags']>) =>
      run({ name: 'shop', resume: true, flags: { ...NO_FLAGS, ...flags } });
    expect(trouble(() => named(resume({ client: 'globex' }), 'shop', ended()))).toContain('client acme, not globex');
    expect(trouble(() => named(resume({ agent: 'codex' }), 'shop', ended()))).toContain('agent claude, not codex');
    expect(trouble(() => named(resume({}), 'shop', ended({ asked: '' })))).toContain('an older agentbox made it');
    const secret = ended({ asked: asked({ flags: { ...NO_FLAGS, env: { KEY: 'v4lue' } } }) });
    expect(JSON.stringify(secret)).not.toContain('v4lue');
    expect(trouble(() => named(resume({}), 'shop', secret))).toContain('agentbox run --resume --name shop --env KEY');
    expect(named(resume({ env: { KEY: 'again' } }), 'shop', secret)).toMatchObject({
      request: { flags: { env: { KEY: 'again' } } },
    });
  });

  it('keeps flags that it had, and lets those of now win', () => {
    const had = asked({ flags: { ...NO_FLAGS, memory: 1, network: 'none', allow: ['npm'] } });
    const turn = named(
      run({ name: 'shop', resume: true, flags: { ...NO_FLAGS, memory: 2 } }),
      'shop',
      present(box('shop', { state: 'exited', labels: { asked: had } })),
    );
    expect(turn).toMatchObject({ request: { flags: { memory: 2, network: 'none', allow: ['npm'] } } });
  });
});

describe('--resume without a name', () => {
  const of = { client: 'acme', project: '/work/shop', agent: 'claude' };
  const resume = run({ resume: true });
  const fresh = { kind: 'run', request: resume };

  it('attaches to the newest box of that client, project and agent that runs and has a terminal', () => {
    const boxes = [box('pipe', { labels: { terminal: false } }), box('new'), box('old')];
    expect(resumed(resume, of, present(...boxes))).toMatchObject({ kind: 'attach', box: { name: 'new' } });
    for (const labels of [{ client: 'globex' }, { project: '/other' }, { agent: 'codex' }, { data: '/theirs' }]) {
      expect(resumed(resume, of, present(box('a', { labels })))).toEqual(fresh);
    }
    expect(resumed(resume, of, { ...present(box('a')), terminal: false })).toEqual(fresh);
    expect(resumed(run({ resume: true, args: ['x'] }), of, present(box('a')))).toMatchObject({ kind: 'run' });
  });

  it('starts one that was kept anew, and leaves others that ended alone', () => {
    const ended = box('ended', { state: 'exited' });
    const kept = box('kept', { state: 'exited', labels: { keep: true } });
    expect(resumed(resume, of, present(ended, kept))).toMatchObject({ kind: 'run', request: { replaces: 'id-kept' } });
    expect(resumed(resume, of, present(ended))).toEqual(fresh);
  });
});

describe('a box that runs', () => {
  const shop = () => present(box('shop'));

  it.each([
    ['--network', { network: 'gateway' }],
    ['--publish', { ports: [{ address: undefined, port: 3000, boxPort: 3000 }] }],
    ['--env', { env: { A: '1' } }],
    ['--workspace', { workspace: 'readonly' }],
    ['--no-project-file', { projectFile: false }],
  ] as const)('cannot follow %s any more, with a name or without', (option, flags) => {
    const late = run({ resume: true, flags: { ...NO_FLAGS, ...flags } });
    const words = `usage: shop runs, and ${option} would come too late for it; agentbox attach shop; agentbox stop shop   (then this again)`;
    expect(trouble(() => named(late, 'shop', shop()))).toBe(words);
    const of = { client: 'acme', project: '/work/shop', agent: 'claude' };
    expect(trouble(() => resumed(late, of, shop()))).toBe(words);
  });

  it('is attached to by flags that say what it is', () => {
    const flags = { ...NO_FLAGS, client: 'acme', agent: 'claude', network: 'none', workspace: 'bind' } as const;
    expect(named(run({ resume: true, flags }), 'shop', shop())).toMatchObject({
      kind: 'attach',
      box: { name: 'shop' },
    });
    expect(trouble(() => named(run({ resume: true, timeout: 1000 }), 'shop', shop()))).toContain('--timeout');
  });
});
