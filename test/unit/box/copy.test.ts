import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { packTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { entryOf } from '../../../src/box/copy/entry.ts';
import { copyOf, placeOf, splitPath } from '../../../src/box/copy/place.ts';
import { unpack } from '../../../src/box/copy/unpack.ts';
import { UsageError, UserError } from '../../../src/errors.ts';
import { temporary } from '../support/config.ts';

describe('the two sides of a copy', () => {
  it.each([
    ['shop:/workspace/x', { box: 'shop', path: '/workspace/x' }],
    ['shop:x:y', { box: 'shop', path: 'x:y' }],
    ['./shop:x', { box: undefined, path: './shop:x' }],
    ['/a:b', { box: undefined, path: '/a:b' }],
  ])('%s', (text, place) => expect(placeOf(text)).toEqual(place));

  it('has a box on exactly one of them', () => {
    expect(copyOf('shop:/a/../b', '.')).toEqual({ way: 'out', box: 'shop', inBox: '/b', here: '.' });
    expect(copyOf('x', 'shop:/tmp/')).toEqual({ way: 'in', box: 'shop', inBox: '/tmp/', here: 'x' });
    for (const [from, to] of [
      ['a', 'b'],
      ['a:x', 'b:y'],
      ['a:', '.'],
    ] as const)
      expect(() => copyOf(from, to)).toThrow(UsageError);
  });

  it('splits a path where it has a name', () => {
    expect(splitPath('/tmp/x/')).toEqual({ folder: '/tmp', name: 'x' });
    expect(splitPath('x')).toEqual({ folder: '.', name: 'x' });
    expect(['/', '..', 'a/..', '.'].map(splitPath)).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('an entry of an archive', () => {
  const link = (name: string, linkname: string) => entryOf({ name, type: 'symlink', linkname }, 'd').kind;

  it.each(['../x', '/etc/x', 'd/../../x', 'd/./x', 'd//x', 'e/x', 'd/\0', ''])('called %j stays behind', (name) => {
    expect(entryOf({ name, type: 'file' }, 'd').kind).toBe('none');
  });

  it.each(['character-device', 'block-device', 'fifo', 'link', 'pax-header'])('that is a %s stays behind', (type) => {
    expect(entryOf({ name: 'd/x', type }, 'd').kind).toBe('none');
  });

  it('is a file or a folder with an ordinary mode', () => {
    expect(entryOf({ name: 'd/e/x', type: 'file', mode: 0o4755 }, 'd')).toEqual({
      ...{ kind: 'file', path: 'e/x', executable: true },
    });
    expect(entryOf({ name: 'd/', type: 'directory' }, 'd')).toEqual({ kind: 'folder', path: '' });
  });

  it.each([
    ['beside it', 'd/a', 'b', 'link'],
    ['below', 'd/a', 'e/f', 'link'],
    ['up to the top', 'd/e/f/a', '../../x', 'link'],
    ['out', 'd/e/a', '../../x', 'none'],
    ['to an absolute path', 'd/a', '/etc/passwd', 'none'],
    ['down and up again, where another link could lead out', 'd/e/f/a', 'b/../../x', 'none'],
    ['in the place of all', 'd', 'x', 'none'],
  ])('that is a link leads %s', (_, name, target, kind) => expect(link(name, target)).toBe(kind));
});

describe('unpacking', () => {
  async function unpacked(entries: Parameters<typeof packTar>[0]) {
    const to = await temporary();
    const tar = await packTar(entries);
    return { to, result: unpack(Readable.from([Buffer.from(tar)]), 'd', to) };
  }
  const file = (name: string, body: string) => ({ header: { name, size: body.length, type: 'file' as const }, body });
  const link = (name: string, linkname: string) => ({
    header: { name, size: 0, type: 'symlink' as const, linkname },
  });

  it('writes nothing through a link that comes before', async () => {
    const { to, result } = await unpacked([link('d/e', '..'), link('d/up', 'f'), file('d/e/x', 'x'), file('d/f', 'f')]);
    await expect(result).resolves.toMatchObject({ files: 2, left: ['e: a link that may lead out'] });
    expect(readdirSync(join(to, 'it')).sort()).toEqual(['e', 'f', 'up']);
    expect(lstatSync(join(to, 'it/e')).isDirectory()).toBe(true);
    expect(readlinkSync(join(to, 'it/up'))).toBe('f');
    expect(readFileSync(join(to, 'it/e/x'), 'utf8')).toBe('x');
    expect(readdirSync(to)).toEqual(['it']);
  });

  it.each([
    ['has a name twice', [file('d/x', '1'), file('d/x', '2')]],
    ['has a link where a file is', [file('d/x', '1'), link('d/x', 'y')]],
    ['has nothing that may come', [file('../x', '1')]],
  ])('refuses an archive that %s', async (_, entries) => {
    const { result } = await unpacked(entries);
    await expect(result).rejects.toThrow(UserError);
  });

  it('refuses what is no archive', async () => {
    await expect(unpack(Readable.from([Buffer.alloc(1024, 'x')]), 'd', await temporary())).rejects.toThrow(UserError);
  });
});
