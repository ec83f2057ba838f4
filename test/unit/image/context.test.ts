import { unpackTar } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { loadAssets } from '../../../src/image/assets.ts';
import { buildContext } from '../../../src/image/context.ts';
import { planImages } from '../../../src/image/plan.ts';

const assets = await loadAssets();
const [base] = planImages({
  agent: { name: 'shell', image: 'base' },
  version: undefined,
  assets,
  authorities: { 'x.crt': 'PEM é' },
});

describe('the build context', () => {
  it('holds the folder and the extra files, with their modes', async () => {
    const entries = await unpackTar(await buildContext(base, assets));
    const files = new Map(
      entries.map(({ header, data }) => [header.name, { mode: header.mode, text: Buffer.from(data ?? []).toString() }]),
    );
    expect([...files.keys()].sort()).toEqual([
      'Dockerfile',
      'bashrc',
      'ca/README',
      'ca/x.crt',
      'connect',
      'hosts',
      'relay',
      'seal',
      'stage',
    ]);
    expect(files.get('stage')).toEqual({ mode: 0o755, text: assets['base/stage']?.content });
    expect(files.get('ca/x.crt')).toEqual({ mode: 0o644, text: 'PEM é' });
  });

  it('is the same bytes each time, and begins with a plain header, without which BuildKit knows no archive', async () => {
    const [first, second] = [await buildContext(base, assets), await buildContext(base, assets)];
    expect(first.equals(second)).toBe(true);
    expect(first.subarray(0, 10).toString()).toBe('Dockerfile');
    expect(first.subarray(257, 262).toString()).toBe('ustar');
  });
});
