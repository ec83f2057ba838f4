import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { inject } from 'postject';
import { headOf } from '../lib/headOf.ts';
import { compile } from './compile.ts';
import { fetchPackage } from './fetchPackage.ts';
import { stripElf } from './stripElf.ts';
import { TARGETS, type Target } from './targets.ts';

const HOST = `${process.platform}-${process.arch}`;
/** What macOS lets a signed program with a hardened runtime do: compile JavaScript, load the addon. */
const ENTITLEMENTS = fileURLToPath(new URL('entitlements.plist', import.meta.url));
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
const LIMIT = 120_000;

/** What was made. */
export interface Made {
  /** `process.versions` of its Node. */
  readonly nodeVersions: Readonly<Record<string, string>>;
  /** False for macOS where it could not be signed: there nothing without a signature is started. */
  readonly runs: boolean;
  /** Whether it brings compiled code. */
  readonly compiled: boolean;
}

/**
 * Writes the single executable of a target to `file`: its Node with the program, compiled code where this machine can run that
 * Node, and the keychain addon in it. Throws where a part cannot be had or is not the pinned one.
 */
export async function makeExecutable(name: string, program: string, file: string): Promise<Made> {
  const [target, host] = [TARGETS[name], TARGETS[HOST]];
  if (target === undefined) throw new Error(`no such target: ${name}; there are ${Object.keys(TARGETS).join(', ')}`);
  if (host === undefined) throw new Error(`executables cannot be made on ${HOST}`);
  const [onMac, forMac] = [HOST.startsWith('darwin-'), name.startsWith('darwin-')];
  const scratch = await mkdtemp(join(tmpdir(), 'agentbox-release-'));
  try {
    const node = join(scratch, 'node');
    await writeFile(node, await nodeOf(host), { mode: 0o755 });
    const blob = await makeBlob({ node, program, scratch, keyring: await keyringOf(target), trained: name === HOST });
    const bare = await nodeOf(target);
    await writeFile(file, forMac ? bare : stripElf(bare), { mode: 0o755 });
    if (onMac && forMac) await codesign(['--remove-signature', file]);
    await quietly(() => inject(file, 'NODE_SEA_BLOB', blob, { sentinelFuse: FUSE, machoSegmentName: 'NODE_SEA' }));
    if (onMac && forMac) await sign(file);
    const { stdout } = await execa(node, ['-p', 'JSON.stringify(process.versions)'], { env: {}, extendEnv: false });
    return { nodeVersions: JSON.parse(stdout), runs: !forMac || onMac, compiled: name === HOST };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** `AGENTBOX_SIGN_IDENTITY` names a Developer ID; without it the signature names nobody, which is enough to start. */
async function sign(file: string): Promise<void> {
  const identity = process.env['AGENTBOX_SIGN_IDENTITY'];
  const hardened = ['--options', 'runtime', '--timestamp', '--entitlements', ENTITLEMENTS, '--sign', identity ?? ''];
  await codesign([...(identity ? hardened : ['--sign', '-']), '--force', file]);
}

const codesign = (args: readonly string[]) => execa('codesign', args, { timeout: LIMIT });

interface Parts {
  readonly node: string;
  readonly program: string;
  readonly scratch: string;
  readonly keyring: Buffer;
  readonly trained: boolean;
}

async function makeBlob({ node, program, scratch, keyring, trained }: Parts): Promise<Buffer> {
  const home = join(scratch, 'home');
  await mkdir(home);
  const write = (name: string, content: string | Buffer) => writeFile(join(scratch, name), content);
  await write('program.cjs', program);
  await write('head.cjs', await headOf(program));
  await write('keyring.node', keyring);
  await write('compiled', trained ? await compile(node, join(scratch, 'program.cjs'), home) : '');
  const config = {
    main: 'head.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
    // NODE_OPTIONS is for programs that are run by node; this one is started in directories that set it.
    execArgvExtension: 'none',
    assets: { program: 'program.cjs', code: 'compiled', 'keyring.node': 'keyring.node' },
  };
  await write('config.json', JSON.stringify(config));
  const argv = ['--experimental-sea-config', 'config.json'];
  await execa(node, argv, { cwd: scratch, env: {}, extendEnv: false, timeout: LIMIT });
  return readFile(join(scratch, 'blob'));
}

async function nodeOf({ node }: Target): Promise<Buffer> {
  return one(await fetchPackage(node, (path) => path === 'bin/node'));
}

async function keyringOf({ keyring }: Target): Promise<Buffer> {
  return one(await fetchPackage(keyring, (path) => path.endsWith('.node')));
}

function one(files: ReadonlyMap<string, Buffer>): Buffer {
  const [file, ...others] = files.values();
  if (file === undefined || others.length > 0) throw new Error(`expected one file, not ${[...files.keys()]}`);
  return file;
}

/** postject's library warns of sections that were not there before either. */
async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const { warn, error, log } = console;
  Object.assign(console, { warn: () => {}, error: () => {}, log: () => {} });
  try {
    return await work();
  } finally {
    Object.assign(console, { warn, error, log });
  }
}
