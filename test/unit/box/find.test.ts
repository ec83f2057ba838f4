import { describe, expect, it } from 'vitest';
import { findBox } from '../../../src/box/find.ts';
import type { BoxInfo, Engine } from '../../../src/engine/engine.ts';

const box = (name: string, id: string): BoxInfo => ({
  name,
  id,
  image: '',
  labels: {},
  state: 'running',
  exitCode: undefined,
  created: '2026-01-01T00:00:00Z',
});

// Only the list matters here; real engines are in test/engine.
const engine = {
  boxes: async (labels: Readonly<Record<string, string>>) =>
    labels['dev.agentbox'] === 'helper'
      ? [box('agentbox-helper-trial-1', 'cafe')]
      : [box('agentbox-acme-app-claude-1a2b', 'f00d'), box('agentbox-acme-app-claude-1a2bc', 'beef')],
} as unknown as Engine;

describe('finding a box', () => {
  it.each([
    ['its whole name, though another begins alike', 'agentbox-acme-app-claude-1a2b', 'f00d'],
    ['the end of its name', '1a2bc', 'beef'],
    ['the beginning of its id', 'be', 'beef'],
  ])('by %s', async (_, text, id) => {
    expect((await findBox(engine, text)).id).toBe(id);
  });

  it('also finds a helper that was left over, by its whole name', async () => {
    expect((await findBox(engine, 'agentbox-helper-trial-1')).id).toBe('cafe');
    await expect(findBox(engine, 'cafe')).rejects.toThrow('there is no box cafe');
  });

  it('says which boxes there are when none is meant', async () => {
    await expect(findBox(engine, 'globex')).rejects.toMatchObject({
      message: 'there is no box globex',
      next: [expect.stringContaining('agentbox-acme-app-claude-1a2b')],
    });
  });

  it('does not guess between several', async () => {
    await expect(findBox(engine, 'acme')).rejects.toThrow('acme could be any of 2 boxes');
  });
});
