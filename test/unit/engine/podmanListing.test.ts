import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boxList, imageInfo, imageList, type ListedBox } from '../../../src/engine/podman/listing.ts';

const [entry] = JSON.parse(readFileSync(new URL('recorded/podmanPs.json', import.meta.url), 'utf8')) as [ListedBox];

const recorded = { ...entry, Labels: { ...entry.Labels, 'dev.agentbox': 'box' } };

describe('what podman lists', () => {
  it('becomes a box', () => {
    expect(boxList([recorded], {})).toEqual([
      {
        id: '4f3c'.repeat(16),
        name: 'agentbox-acme-shop-claude-x1',
        image: '07f6de237f95eb2b220ea8efecca9dfd5defdb31fd09aa61ff6fd9f33b1f97a7',
        labels: recorded.Labels,
        state: 'running',
        exitCode: undefined,
        created: new Date((recorded.Created ?? 0) * 1000).toISOString(),
      },
    ]);
  });

  it.each([
    ['created', 'created'],
    ['configured', 'created'],
    ['initialized', 'created'],
    ['running', 'running'],
    ['stopping', 'running'],
    ['paused', 'paused'],
    ['exited', 'exited'],
    ['stopped', 'exited'],
    ['removing', 'exited'],
  ])('calls %s %s', (State, state) => {
    expect(boxList([{ ...recorded, State, ExitCode: 3 }], {})).toMatchObject([
      { state, exitCode: state === 'exited' ? 3 : undefined },
    ]);
  });

  it('is narrowed by whole labels, commas included', () => {
    const boxes = ['a,b', 'a', 'b'].map((client) => ({
      ...recorded,
      Id: client,
      Labels: { client, other: 'x', 'dev.agentbox': 'box' },
    }));
    const ids = (labels: Record<string, string>) => boxList(boxes, labels).map(({ id }) => id);
    expect(ids({ client: 'a,b' })).toEqual(['a,b']);
    expect(ids({ client: 'a', other: 'x' })).toEqual(['a']);
    expect(ids({ client: 'a', other: 'y' })).toEqual([]);
    expect(ids({})).toHaveLength(3);
  });

  it('is boxes alone, unless the labels name another kind', () => {
    const kinds = ['box', 'helper', 'gateway'];
    const all = kinds.map((kind) => ({ ...recorded, Id: kind, Labels: { 'dev.agentbox': kind } }));
    expect(boxList(all, {}).map(({ id }) => id)).toEqual(['box']);
    for (const kind of kinds) expect(boxList(all, { 'dev.agentbox': kind }).map(({ id }) => id)).toEqual([kind]);
  });

  it("becomes images: every tag once, newest first, without podman's own registry; one without a tag by its id", () => {
    const image = { Id: 'abc', Names: ['localhost/agentbox/base:1', 'example.org/base:1'], Size: 5, Created: 1 };
    const newer = { Id: 'def', Names: ['localhost/agentbox/claude:2'], Size: 6, Created: 2, Labels: { a: 'b' } };
    const list = imageList([image, image, newer, { Id: 'none', Names: null }]);
    expect(list.map(({ tag, id }) => [tag, id])).toEqual([
      ['agentbox/claude:2', 'def'],
      ['agentbox/base:1', 'abc'],
      ['example.org/base:1', 'abc'],
      ['none', 'none'],
    ]);
    expect(list.map(({ labels }) => labels)).toEqual([{ a: 'b' }, {}, {}, {}]);
  });

  it('becomes an image also where nothing is set in it', () => {
    expect(imageInfo({ Id: 'abc' })).toEqual({ id: 'abc', env: {}, labels: {}, size: 0, volumes: [] });
    expect(imageInfo({ Id: 'abc', Config: { Env: ['A=b=c', 'EMPTY='] } }).env).toEqual({ A: 'b=c', EMPTY: '' });
  });
});
