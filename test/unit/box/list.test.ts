import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockedReader } from '../../../src/box/blockedOf.ts';
import { boxTable } from '../../../src/box/boxTable.ts';
import { type ListedBox, stateOf } from '../../../src/box/listBoxes.ts';
import { clientDir, pathsOf } from '../../../src/config/paths.ts';
import type { BoxInfo } from '../../../src/engine/engine.ts';
import { LABEL } from '../../../src/engine/engine.ts';
import { frameOf } from '../../../src/ui/redraw.ts';
import { addNews, tellNews } from '../../../src/workspace/news.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');

describe('the list of boxes', () => {
  const box = (state: BoxInfo['state'], created: string, waits = false): BoxInfo => ({
    ...{ id: 'i', name: 'n', image: '', exitCode: undefined, state, created },
    labels: { [`${LABEL}.waits`]: `${waits}` },
  });

  it('tells a box that waits from one that is being started and one that lost its launcher', () => {
    expect(stateOf(box('created', '2026-01-01T11:00:00Z', true), NOW)).toBe('created');
    expect(stateOf(box('created', '2026-01-01T11:59:50Z'), NOW)).toBe('starting');
    expect(stateOf(box('created', '2026-01-01T11:50:00Z'), NOW)).toBe('never started');
    expect(stateOf(box('exited', '2026-01-01T11:50:00Z'), NOW)).toBe('exited');
  });

  it('is a table that people read', () => {
    const row: ListedBox = {
      ...{ name: 'shop', id: 'i', client: 'acme', agent: 'claude', project: '/home/me/work/shop', state: 'exited' },
      ...{ exitCode: 3, started: '2026-01-01T11:00:00Z', created: '', runtime: 'runc', network: 'gateway' },
      ...{ workspace: 'clone', keep: true, ports: [], memory: undefined, blocked: 2, unreviewed: true },
    };
    const running = {
      ...row,
      state: 'running',
      exitCode: undefined,
      memory: 1_500 * 2 ** 20,
      unreviewed: false,
    } as const;
    const showing = { now: NOW, home: '/home/me' };
    expect(boxTable([row, running], showing).split('\n')).toEqual([
      'BOX   CLIENT  AGENT   STATE             AGE  MEMORY  BLOCKED  WORKSPACE         PROJECT',
      'shop  acme    claude  exited (3), kept  1h   -       2        clone, to review  ~/work/shop',
      'shop  acme    claude  running           1h   1.5G    2        clone             ~/work/shop',
    ]);
    expect(boxTable([row], { ...showing, columns: 88 }).split('\n')).toEqual([
      'BOX   CLIENT  AGENT   STATE             AGE  MEMORY  BLOCKED  WORKSPACE         PROJECT',
      'shop  acme    claude  exited (3), kept  1h   -       2        clone, to review  shop',
    ]);
    const narrow = (columns: number) => boxTable([row], { ...showing, columns }).split('\n')[0];
    expect(narrow(66)).toBe('BOX   STATE             AGE  BLOCKED  WORKSPACE         PROJECT');
    expect(narrow(40)).toBe('BOX   STATE             AGE  BLOCKED  WORKSPACE');
  });

  it('counts what was blocked since a box began, also what comes while it is watched', async () => {
    const paths = pathsOf({}, await temporary());
    const log = join(clientDir(paths, 'acme'), 'network.jsonl');
    mkdirSync(clientDir(paths, 'acme'), { recursive: true });
    const line = (box: string, verdict: string, time: string) => `${JSON.stringify({ box, verdict, time })}\n`;
    writeFileSync(
      log,
      line('a', 'deny', '2026-01-01T10:00:00Z') + line('a', 'deny', '2026-01-01T11:00:00Z') + line('a', 'allow', ''),
    );
    const read = blockedReader(paths);
    const since = Date.parse('2026-01-01T10:30:00Z');
    expect((await read(['acme', 'none']))('acme', 'a', since)).toBe(1);
    appendFileSync(log, `${line('a', 'deny', '2026-01-01T11:30:00Z')}{"verdict":"deny" broken\n`);
    const blocked = await read(['acme']);
    expect([blocked('acme', 'a', since), blocked('acme', 'b', 0), blocked('none', 'a', 0)]).toEqual([2, 0, 0]);
  });
});

it('a frame fits its screen and leaves nothing of the one before', () => {
  const frame = frameOf('0123456789\nb\nc\nd', { rows: 3, columns: 5 });
  expect(frame).toBe('\u001b[?2026h\u001b[H01234\u001b[K\r\nb\u001b[K\r\n… 2 m\u001b[K\u001b[J\u001b[?2026l');
});

it('what happened while nobody looked is told once, and moves no cursor', async () => {
  const context = testContext(await temporary());
  mkdirSync(clientDir(context.paths, 'acme'), { recursive: true });
  addNews(context.paths, 'acme', 'agentbox: one\n');
  addNews(context.paths, 'acme', 'agentbox: \u001b[2Jtwo\n');
  await tellNews(context, ['acme', 'other']);
  await tellNews(context, ['acme']);
  expect(context.written.err).toBe('agentbox: one\nagentbox: \\u{1b}[2Jtwo\n');
});
