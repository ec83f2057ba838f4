import { chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const TRAIN = fileURLToPath(new URL('train.cjs', import.meta.url));

const TRIES = 8;

/**
 * V8's compiled code of what a run uses until it asks for an engine. Now and then, on a busy machine, a few bytes of it differ; so
 * what comes twice is taken, and the same `node` and program give the same bytes.
 */
export async function compile(node: string, program: string, scratch: string): Promise<Buffer> {
  const seen = new Set<string>();
  for (let tries = 0; tries < TRIES; tries++) {
    const code = await compileOnce(node, program, join(scratch, `${tries}`));
    const key = code.toString('latin1');
    if (seen.has(key)) return code;
    seen.add(key);
  }
  throw new Error(`no two of ${TRIES} runs gave the same compiled code`);
}

async function compileOnce(node: string, program: string, scratch: string): Promise<Buffer> {
  const output = join(scratch, 'code');
  const project = join(scratch, 'project');
  await mkdir(project, { recursive: true });
  // A box works as the owner of a project, never as root.
  if (process.getuid?.() === 0) await chown(project, 1000, 1000);
  const run = ['run', project, '--agent', 'shell', '--network', 'none', '--dry-run'];
  // No engine, so that it takes the same path wherever it is built.
  const env = { HOME: scratch, PATH: '/nowhere', DOCKER_HOST: 'unix:///nowhere' };
  const argv = ['--random-seed=1', TRAIN, program, output, ...run];
  const { exitCode, stderr } = await execa(node, argv, {
    env,
    extendEnv: false,
    cwd: '/',
    reject: false,
    timeout: 60_000,
  });
  if (exitCode !== 125 || !stderr.includes('DOCKER_HOST')) throw new Error(`not the expected end of a run: ${stderr}`);
  return readFile(output);
}
