import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedVersions, recordVersion, versionOf } from '../../../src/image/versions.ts';

describe('the version of an agent', () => {
  it.each([
    ['the pinned one', {}, {}, '2.1.9'],
    ['the recorded one when it is newer', {}, { claude: '2.1.10' }, '2.1.10'],
    ['the pinned one when the record is older', {}, { claude: '2.0.99' }, '2.1.9'],
    ['the configured one whatever it is', { claude: '1.0.0' }, { claude: '2.1.10' }, '1.0.0'],
    ['a configured pre-release', { claude: '3.0.0-beta.1' }, {}, '3.0.0-beta.1'],
  ])('is %s', (_, wanted, recorded, version) => {
    expect(versionOf('claude', wanted, recorded, { claude: '2.1.9' })).toBe(version);
  });

  it('is none for an agent without versions', () => {
    expect(versionOf('shell', {}, {}, { claude: '2.1.9' })).toBeUndefined();
  });

  it.each(['latest', '^2.0.0', '2.1', '1.0.0; rm -rf /', '', '1.0.0\n'])('is refused when it is %j', (version) => {
    expect(() => versionOf('claude', { claude: version }, {}, {})).toThrow(/is no version/);
  });
});

describe('the record of versions', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'agentbox-versions-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('keeps one version an agent, in a private file', async () => {
    const data = join(dir, 'data', 'agentbox');
    expect(await recordedVersions(data)).toEqual({});
    await recordVersion(data, 'claude', '2.1.9');
    await recordVersion(data, 'codex', '0.1.0');
    await recordVersion(data, 'claude', '2.1.10');
    expect(await recordedVersions(data)).toEqual({ claude: '2.1.10', codex: '0.1.0' });
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    expect((await stat(join(data, 'versions.json'))).mode & 0o777).toBe(0o600);
  });

  it.each(['', 'no JSON', '[]', 'null', '{"claude": 3, "codex": "latest"}'])(
    'is empty when the file says %j',
    async (text) => {
      await writeFile(join(dir, 'versions.json'), text);
      expect(await recordedVersions(dir)).toEqual({});
      await recordVersion(dir, 'claude', '2.1.10');
      expect(JSON.parse(await readFile(join(dir, 'versions.json'), 'utf8'))).toEqual({ claude: '2.1.10' });
    },
  );
});
