// Makes single executables in release/, with a list of what is in each and the sums of all: release.ts [TARGET...], all of them
// when none is named.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './lib/bundleProgram.ts';
import { packageVersion } from './lib/packageVersion.ts';
import { makeExecutable } from './release/executable.ts';
import { sbom } from './release/sbom.ts';
import { TARGETS } from './release/targets.ts';

const at = (path: string) => fileURLToPath(new URL(`../release/${path}`, import.meta.url));
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`.padStart(10);

const wanted = process.argv.slice(2);
const { text, inputs } = await bundleProgram();
await mkdir(at(''), { recursive: true });
console.log(`${'file'.padEnd(32)} ${'size'.padStart(10)}  compiled code`);
for (const name of wanted.length > 0 ? wanted : Object.keys(TARGETS)) await release(name);
await copyFile(at('../scripts/install.sh'), at('install.sh'));
await writeFile(at('SHA256SUMS'), await sums());

async function release(name: string): Promise<void> {
  const partial = at(`.agentbox-${name}.${process.pid}`);
  try {
    const made = await makeExecutable(name, text, partial);
    const file = `agentbox-${name}${made.runs ? '' : '-unsigned'}`;
    await rename(partial, at(file));
    const list = sbom({
      version: await packageVersion(),
      target: targetOf(name),
      inputs,
      nodeVersions: made.nodeVersions,
    });
    await writeFile(at(`agentbox-${name}.cdx.json`), `${JSON.stringify(list, null, 2)}\n`);
    const { size } = await stat(at(file));
    console.log(`${file.padEnd(32)} ${megabytes(size)}  ${made.compiled ? 'yes' : 'from the second start'}`);
  } finally {
    await rm(partial, { force: true });
  }
}

function targetOf(name: string) {
  const target = TARGETS[name];
  if (target === undefined) throw new Error(`no such target: ${name}`);
  return target;
}

/** Of all files that are there, in the form of sha256sum. */
async function sums(): Promise<string> {
  const files = (await readdir(at(''))).filter((file) => /^(agentbox-|install\.sh$)/.test(file)).sort();
  const lines = files.map(async (file) => {
    return `${createHash('sha256')
      .update(await readFile(at(file)))
      .digest('hex')}  ${file}\n`;
  });
  return (await Promise.all(lines)).join('');
}
