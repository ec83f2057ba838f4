/**
 * Build times, as ratios to a full build within one run: nothing changed, another version of the agent, one more package.
 * The images are the bench's own, told apart by an authority that no host has, and are gone afterwards. Needs a network.
 * `npm run bench:builds -- [AGENT]`.
 */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { PassThrough } from 'node:stream';
import { agentOf } from '../../src/agents/index.ts';
import { execute } from '../../src/execute.ts';
import { loadAssets, pinsOf } from '../../src/image/assets.ts';
import { ensureImages } from '../../src/image/ensure.ts';
import { type ImageRequest, planImages } from '../../src/image/plan.ts';
import { findEngine, type TestEngine } from '../engine/support/engines.ts';
import { report, type Times } from './measure.ts';

const agent = agentOf(process.argv[2] ?? 'claude');
const assets = await loadAssets();
const version = pinsOf(assets).agents[agent.name] ?? '';
const other = await versionBefore(agent.package ?? '', version);

console.log(`${agent.title} ${version}, then ${other}; the full build takes nothing from a cache\n`);
for (const kind of ['docker', 'podman'] as const) {
  const test = findEngine(kind);
  if (test !== undefined) console.log(`${report(kind, await builds(test))}\n`);
}

async function builds({ engine }: TestEngine): Promise<readonly Times[]> {
  const tags = new Set<string>();
  const authorities = { 'bench.crt': `no authority ${randomBytes(8).toString('hex')}\n` };
  const timed = async (name: string, request: Partial<ImageRequest>, fresh = false): Promise<Times> => {
    const specs = planImages({ agent, version, assets, authorities, ...request });
    for (const { tag } of specs) tags.add(tag);
    const begin = performance.now();
    await ensureImages(engine, specs, { io: silent(), env: process.env, now: () => new Date(), execute }, fresh);
    const median = performance.now() - begin;
    return { name, median, p90: median };
  };
  try {
    return [
      await timed('full build, no cache', {}, true),
      await timed('nothing changed', {}),
      await timed('another version of the agent', { version: other }),
      await timed('one package', { packages: ['tree'] }),
      await timed('one more package', { packages: ['tree', 'file'] }),
    ];
  } finally {
    for (const tag of [...tags].reverse()) await engine.removeImage(tag).catch(() => {});
  }
}

function silent() {
  const nowhere = new PassThrough().resume();
  const plain = { inIsTerminal: false, outIsTerminal: false, errIsTerminal: false, columns: 80, colour: false };
  return { in: process.stdin, out: nowhere, err: nowhere, ...plain };
}

async function versionBefore(name: string, pinned: string): Promise<string> {
  const { stdout } = await execute(['npm', 'view', name, 'versions', '--json']);
  const versions = (JSON.parse(stdout) as string[]).filter((found) => /^[\d.]+$/.test(found));
  const before = versions[versions.indexOf(pinned) - 1];
  if (before === undefined) throw new Error(`npm knows no version of ${name} before ${pinned}`);
  return before;
}
