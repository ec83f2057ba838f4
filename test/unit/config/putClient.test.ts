import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Paths, pathsOf } from '../../../src/config/paths.ts';
import { previewClient, putClient } from '../../../src/config/putClient.ts';
import { temporary, userError } from '../support/config.ts';

async function withConfig(text?: string): Promise<Paths> {
  const paths = pathsOf({}, await temporary());
  if (text === undefined) return paths;
  await mkdir(paths.configDir, { recursive: true });
  await writeFile(paths.configFile, text, { mode: 0o600 });
  return paths;
}

const read = (paths: Paths) => readFile(paths.configFile, 'utf8');
const KEY = { ANTHROPIC_API_KEY: { env: 'ANTHROPIC_API_KEY' } };

test('a client is written into a file that is made for it, for its owner alone', async () => {
  const paths = await withConfig();
  const entries = { projects: [join(paths.home, 'acme')], agent: 'claude', credentials: KEY, allow: ['npm'] };
  const { text, changes } = await previewClient(paths, 'acme', entries);
  expect(changes).toBe(true);
  await expect(read(paths)).rejects.toThrow('ENOENT');
  await putClient(paths, 'acme', entries);
  expect(await read(paths)).toBe(`clients:
  acme:
    projects: [ ~/acme ]
    agent: claude
    credentials:
      ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY }
    allow: [ npm ]
`);
  expect(await read(paths)).toBe(text);
  expect((await stat(paths.configFile)).mode & 0o777).toBe(0o600);
  expect(await previewClient(paths, 'acme', entries)).toMatchObject({ changes: false });
});

const BEFORE = `# mine
defaults: { agent: claude } # the best
clients:
  # the first
  acme:
    agent: codex # for now
    allow: # few
      - npm
    credentials: { GITHUB_TOKEN: { env: GITHUB_TOKEN } }
  beta:
`;

test('lists and groups grow, a single value is replaced, and comments and all else stay', async () => {
  const paths = await withConfig(BEFORE);
  await putClient(paths, 'acme', { agent: 'claude', allow: ['npm', 'go'], credentials: KEY, workspace: 'clone' });
  expect(await read(paths)).toBe(`# mine
defaults: { agent: claude } # the best
clients:
  # the first
  acme:
    agent: claude # for now
    allow:
      # few
      - npm
      - go
    credentials: { GITHUB_TOKEN: { env: GITHUB_TOKEN }, ANTHROPIC_API_KEY: { env: ANTHROPIC_API_KEY } }
    workspace: clone
  beta:
`);
  await putClient(paths, 'beta', { toolchains: { go: '1.24' }, packages: ['maven'] });
  expect(await read(paths)).toContain('  beta:\n    toolchains:\n      go: "1.24"\n    packages: [ maven ]\n');
});

test('what would not be valid is not written, nor what others would get too', async () => {
  const overlapping = await withConfig('clients:\n  beta: { projects: [ /srv/beta ] }\n');
  expect(await userError(() => putClient(overlapping, 'acme', { projects: ['/srv/beta/shop'] }))).toMatchObject({
    why: expect.stringContaining('client beta'),
  });
  expect(await read(overlapping)).toBe('clients:\n  beta: { projects: [ /srv/beta ] }\n');
  const text = 'clients:\n  beta: &b\n    allow: [ npm ]\n  acme: *b\n';
  const shared = await withConfig(text);
  expect((await userError(() => putClient(shared, 'acme', { agent: 'codex' }))).message).toContain('alias');
  expect(await read(shared)).toBe(text);
});
