// Makes single executables in release/: release.ts [TARGET...], all of them when none is named.
import { mkdir, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './lib/bundleProgram.ts';
import { makeExecutable } from './release/executable.ts';
import { TARGETS } from './release/targets.ts';

const at = (path: string) => fileURLToPath(new URL(`../release/${path}`, import.meta.url));

const wanted = process.argv.slice(2);
const targets = wanted.length > 0 ? wanted : Object.keys(TARGETS);
const { text } = await bundleProgram();
await mkdir(at(''), { recursive: true });
for (const target of targets) {
  const partial = at(`agentbox-${target}.new`);
  try {
    await makeExecutable(target, text, partial);
    await rename(partial, at(`agentbox-${target}`));
  } finally {
    await rm(partial, { force: true });
  }
}
