import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { EngineKind } from '../plan/spec.ts';
import { dockerConfigDir, dockerContext } from './detect/dockerContext.ts';
import { dockerHost } from './detect/dockerHost.ts';
import { dockerSockets } from './detect/dockerSockets.ts';
import { noEngine, type Report } from './detect/noEngine.ts';
import { ping } from './detect/ping.ts';
import { podmanCommand } from './detect/podmanCommand.ts';
import type { Found, Host, Strategy } from './detect/strategy.ts';
import type { Engine } from './engine.ts';

/** What the user said of the engine: on the command line, and in the configuration. */
export interface EngineChoice {
  readonly flag?: EngineKind | undefined;
  readonly profile: 'auto' | EngineKind;
}

type Deps = Pick<Context, 'env' | 'platform' | 'paths' | 'execute'>;

/**
 * The engine to use: the one the user chose (flag, profile, AGENTBOX_ENGINE), else the first that works. Throws
 * UserError('engine') that says what was tried.
 */
export async function detectEngine(choice: EngineChoice, deps: Deps): Promise<Engine> {
  return engineAt(await findEngine(wantedEngine(choice, deps.env), hostOf(deps)), deps);
}

/** What every strategy says, in order, for people who ask why. */
export async function allAnswers(host: Host): Promise<readonly Report[]> {
  return Promise.all(
    strategies(host).map(async ({ name, kind, probe }) => ({ name, kind, answer: await probe(host) })),
  );
}

/** What the user chose. Throws UserError('config') for a value of AGENTBOX_ENGINE that is none. */
export function wantedEngine(choice: EngineChoice, env: Context['env']): 'auto' | EngineKind {
  if (choice.flag !== undefined) return choice.flag;
  if (choice.profile !== 'auto') return choice.profile;
  const value = env['AGENTBOX_ENGINE'] || 'auto';
  if (value === 'auto' || value === 'docker' || value === 'podman') return value;
  throw new UserError('config', `AGENTBOX_ENGINE=${value} names no engine`, { next: ['auto, docker or podman'] });
}

/** Where the wanted engine is; throws UserError('engine') with every strategy's answer when none works. */
export async function findEngine(wanted: 'auto' | EngineKind, host: Host): Promise<Found> {
  const reports: Report[] = [];
  // The user named an engine, and another one has other boxes: what does not work is said, not replaced.
  let named = false;
  for (const { name, kind, decides, probe } of strategies(host)) {
    if ((wanted !== 'auto' && wanted !== kind) || (named && kind === 'docker')) continue;
    const answer = await probe(host);
    if (answer.state !== 'found') reports.push({ name, kind, answer });
    else if (!named) return answer.found;
    named ||= answer.state === 'broken' && decides;
  }
  throw noEngine(wanted, reports, host.platform);
}

function strategies(host: Host): readonly Strategy[] {
  return [dockerHost, dockerContext, ...dockerSockets(host), podmanCommand];
}

/** The real host. */
export function hostOf({ env, platform, paths }: Pick<Deps, 'env' | 'platform' | 'paths'>): Host {
  return {
    env,
    platform,
    home: paths.home,
    ping: (socketPath) => ping(socketPath),
    read: (path) => readFile(path, 'utf8').catch(() => undefined),
    isProgram: async (path) => {
      const file = await stat(path).catch(() => undefined);
      return (
        file?.isFile() === true &&
        (await access(path, constants.X_OK).then(
          () => true,
          () => false,
        ))
      );
    },
  };
}

/** The engine at a place that a strategy found. */
export async function engineAt(found: Found, { env, paths, execute }: Deps): Promise<Engine> {
  if (found.kind === 'docker') {
    const { dockerEngine } = await import('./docker.ts');
    const { socketPath, endpoint } = found;
    return dockerEngine({ socketPath, endpoint, configDir: dockerConfigDir({ env, home: paths.home }), execute });
  }
  const [{ podmanEngine }, { podmanEnvironment }] = await Promise.all([
    import('./podman.ts'),
    import('./podman/environment.ts'),
  ]);
  const temp = env['XDG_RUNTIME_DIR'] || env['TMPDIR'] || '/tmp';
  const { cacheDir } = paths;
  return podmanEngine({ command: [found.command], env: podmanEnvironment(env), execute, temp, cacheDir });
}

/** The engine that another process of agentbox has found, by its kind and its endpoint as EngineFacts has them. */
export function engineOfEndpoint(
  { kind, endpoint }: { readonly kind: EngineKind; readonly endpoint: string },
  deps: Deps,
): Promise<Engine> {
  if (kind === 'podman') return engineAt({ kind, command: endpoint }, deps);
  return engineAt({ kind, socketPath: endpoint.replace(/^unix:\/\//, ''), endpoint }, deps);
}
