import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { secretFinder } from '../../../../src/workspace/landing/secrets/find.ts';

const find = secretFinder([]);

/** What is found in the sources of packages as npm installs them; what is not 0 is explained. */
const PACKAGES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  zod: {},
  yaml: {},
  commander: {},
  execa: {},
  dockerode: {},
  'fast-check': {},
  vitest: {},
  vite: {},
  esbuild: {},
  typescript: {},
  protobufjs: {},
  asn1js: {},
  // Keys of its own tests: whole, and many of them without a password. One is in its code, to try what this node can read.
  ssh2: { 'private-key': 52 },
};

test.each(Object.entries(PACKAGES))(
  '%s has as many findings as are explained',
  { timeout: 60_000 },
  async (name, explained) => {
    const entries = await readdir(join('node_modules', name), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const counts: Record<string, number> = {};
    let bytes = 0;
    for (const file of files) {
      const content = await readFile(file);
      bytes += content.length;
      for (const { rule } of find(content)) counts[rule] = (counts[rule] ?? 0) + 1;
    }
    if (process.env['AGENTBOX_TEST_REPORT'] === '1') console.log(`${name}: ${files.length} files, ${bytes} bytes`);
    expect(files.length).toBeGreaterThan(0);
    expect(counts).toEqual(explained);
  },
);
