// Builds dist/agentbox: the whole program with images/ in one executable file.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './lib/bundleProgram.ts';
import { headOf } from './lib/headOf.ts';

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** In a comment, the end of a comment is written with this in its middle; nothing else in the program may look like it. */
const ESCAPED_END = '*\u0001/';

/** The one file: a small head that is always read, and the program in a comment that it takes up when needed. */
async function assemble(program: string): Promise<string> {
  if (program.includes(ESCAPED_END)) throw new Error('the program holds the mark that escapes the end of a comment');
  return `#!/usr/bin/env node
${await headOf(program)}/*PROGRAM
${program.replaceAll('*/', ESCAPED_END)}
PROGRAM*/
`;
}

const { text } = await bundleProgram();
await mkdir(at('dist'), { recursive: true });
// Renamed into place, so that a run meanwhile sees the old file or the new one.
await writeFile(at('dist/agentbox.new'), await assemble(text), { mode: 0o755 });
await rename(at('dist/agentbox.new'), at('dist/agentbox'));
// The package is one of ES modules, the bundle is not.
await writeFile(at('dist/package.json'), '{ "type": "commonjs" }\n');
