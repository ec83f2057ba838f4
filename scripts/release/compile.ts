import { chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

const TRAIN = fileURLToPath(new URL('train.cjs', import.meta.url));

/** V8's compiled code of what a run uses until it asks for an engine; for the same `node` and program the same bytes. */
export async function compile(node: string, program: string, scratch: string): Promise<Buffer> {
  const output = join(scratch, 'code');
  const project = join(scratch, 'project');
  await mkdir(project);
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
