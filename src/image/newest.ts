import { randomBytes } from 'node:crypto';
import { runHelper } from '../box/helper.ts';
import type { Frame } from '../box/payload.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { UserError } from '../errors.ts';
import { helperBox } from '../plan/helperBox.ts';
import { boxUser } from '../plan/user.ts';
import { proxiesOf, registryOf } from './hostNetwork.ts';
import { isVersion } from './versions.ts';

const LIMIT = 60_000;

/**
 * The newest version of an npm package, asked for in a throw-away box of `image` so that the host needs no npm. Throws
 * UserError('image') with npm's own words.
 */
export async function newestVersion(
  engine: Engine,
  image: string,
  name: string,
  context: Pick<Context, 'caller' | 'env' | 'execute'>,
): Promise<string> {
  const spec = helperBox({
    purpose: 'newest',
    suffix: randomBytes(4).toString('hex'),
    image,
    user: boxUser(context.caller, await engine.facts(), undefined),
    argv: ['npm', 'view', '--no-update-notifier', name, 'version'],
    network: 'open',
  });
  const registry = await registryOf(context.execute, context.env);
  const variables = { ...proxiesOf(context.env), ...(registry === undefined ? {} : { NPM_CONFIG_REGISTRY: registry }) };
  const frames = Object.entries(variables).map(([name, value]): Frame => ({ op: 'env', name, value }));
  const { code, stdout, stderr } = await runHelper(engine, spec, frames, LIMIT);
  const version = stdout.trim();
  if (code === 0 && isVersion(version)) return version;
  throw new UserError('image', `cannot find out the newest version of ${name}`, {
    why: stderr.trim().split('\n').slice(-5).join('\n') || version || `npm ended with ${code}`,
    next: ['name a version in config.yaml: agent_version: { … }', 'or build without --rebuild'],
  });
}
