import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListedImage } from '../../../src/engine/engine.ts';
import { labelsOf, MARK_DERIVED } from '../../../src/image/ours.ts';
import { builtImages, isUseless } from '../../../src/image/prune.ts';

const image = (tag: string, changes: Partial<ListedImage> = {}): ListedImage => ({
  tag,
  id: `id of ${tag}`,
  created: '2026-01-01T00:00:00Z',
  size: 5,
  labels: labelsOf({ tag: tag.replace(/^.*agentbox\//, 'agentbox/'), folder: 'claude', title: 'claude 1.2.3' }),
  ...changes,
});
const ours = image('agentbox/claude:aa');
const none = new Map();
const uselessOf = (
  images: readonly ListedImage[],
  boxes: readonly { name: string; image: string }[] = [],
  wanted = none,
) =>
  builtImages(images, boxes, wanted)
    .filter(isUseless)
    .map(({ tag }) => tag);

describe('an image that is of no use', () => {
  it('is one of ours that no settings lead to and no box runs on', () => {
    expect(uselessOf([ours])).toEqual(['agentbox/claude:aa']);
    expect(uselessOf([ours], [], new Map([[ours.tag, { title: 'claude', clients: ['acme'] }]]))).toEqual([]);
    expect(uselessOf([ours], [{ name: 'agentbox-acme-1', image: ours.id }])).toEqual([]);
  });

  it('is also one that lost its tag to a newer build, unless a box runs on it', () => {
    const old = { ...ours, tag: ours.id };
    expect(uselessOf([old])).toEqual([ours.id]);
    expect(uselessOf([old], [{ name: 'x', image: ours.id }])).toEqual([]);
  });

  // What is built on ours has our labels, for engines hand them down; ONBUILD adds one.
  const derived = { ...ours.labels, 'dev.agentbox.derived': 'yes' };
  const before = { 'dev.agentbox.image': 'claude', 'dev.agentbox.key': 'aa' };
  it.each([
    ['a user’s build on ours', image('team/app:1', { labels: derived })],
    ['a user’s build on ours, by a name like ours', image('agentbox/claude:mine', { labels: derived })],
    ['a user’s build that took our very tag', image('agentbox/claude:aa', { labels: derived })],
    ['a user’s build without a tag', image('sha256:f', { id: 'sha256:f', labels: derived })],
    ['another tag of ours', image('team/claude:aa', { labels: ours.labels })],
    ['ours in a registry', image('localhost:5000/agentbox/claude:aa')],
    ['one without a tag that says nothing of who built it', image('sha256:f', { id: 'sha256:f', labels: before })],
    ['an image with no label', image('agentbox/claude:aa', { labels: {} })],
  ])('is never %s', (_, theirs) => {
    expect(builtImages([theirs], [], none)).toEqual([]);
  });

  it('is never one whose tag and labels differ, whatever they are', () => {
    const word = fc.constantFrom('claude', 'base', 'aa', 'bb', '', 'agentbox', 'undefined');
    fc.assert(
      fc.property(word, word, word, word, (folder, key, label, labelKey) => {
        const labels = { 'dev.agentbox.image': label, 'dev.agentbox.key': labelKey, 'dev.agentbox.derived': '' };
        const found = uselessOf([image(`agentbox/${folder}:${key}`, { labels })]);
        expect(found.length > 0).toBe(folder === label && key === labelKey);
      }),
    );
  });
});

it('an image says what it is, and nothing of this machine', () => {
  expect(labelsOf({ tag: 'agentbox/user:aa', folder: 'user', title: '/home/me/work' })).toEqual({
    'dev.agentbox.image': 'user',
    'dev.agentbox.key': 'aa',
    'dev.agentbox.title': 'user',
    'dev.agentbox.derived': '',
  });
  expect(MARK_DERIVED).toBe('ONBUILD LABEL dev.agentbox.derived=yes');
});

it('who uses an image is told: clients by their settings, boxes by their image', () => {
  const wanted = new Map([[ours.tag, { title: 'claude 1.2.3, git', clients: ['acme', 'globex'] }]]);
  const boxes = [
    { name: 'one', image: ours.id },
    { name: 'two', image: 'another' },
  ];
  expect(builtImages([ours], boxes, wanted)).toMatchObject([
    { title: 'claude 1.2.3, git', clients: ['acme', 'globex'], boxes: ['one'] },
  ]);
  expect(builtImages([ours], [], none)).toMatchObject([{ title: 'claude 1.2.3', clients: [], boxes: [] }]);
});
