import type { LoadedConfig } from '../config/load.ts';
import { DEFAULT_CLIENT } from '../config/names.ts';
import type { Context } from '../context.ts';
import type { Engine } from '../engine/engine.ts';
import { hostAuthorities } from '../image/hostCas.ts';
import { clientsWithState } from '../state/clientState.ts';
import { VERSION } from '../version.ts';
import { gatherDisks } from './disks.ts';
import { gatherEngines } from './engines.ts';
import type { DoctorFacts } from './facts.ts';
import { gatherGateways } from './gateways.ts';
import { gatherImages } from './images.ts';
import { gatherKernel } from './kernel.ts';
import { gatherKeychain } from './keychain.ts';
import { missedAuthorities, proxyFacts } from './network.ts';
import { settled } from './settled.ts';

/** Looks at the machine; changes nothing and asks the keychain for no secret. What cannot be told is itself a fact. */
export async function gather(context: Context): Promise<DoctorFacts> {
  const loaded = await settled(context.config());
  const config: LoadedConfig = loaded.value ?? {
    file: context.paths.configFile,
    exists: true,
    defaults: {},
    clients: new Map(),
  };
  const [chosen, keychain, authorities, withState] = await Promise.all([
    settled(context.engine({ flag: undefined, profile: config.defaults.engine ?? 'auto' })),
    gatherKeychain(context),
    hostAuthorities(),
    clientsWithState(context.paths).catch(() => []),
  ]);
  const engines = await gatherEngines(context, chosen.value);
  const [images, gateways, kernel, disks, missed] = await Promise.all([
    imagesOrNone(context, chosen.value),
    gatewaysOrNone(context, chosen.value, config, withState),
    gatherKernel(context),
    gatherDisks(context.paths, engines),
    missedAuthorities(context.env, authorities),
  ]);
  return {
    platform: context.platform,
    version: VERSION,
    now: context.now().toISOString(),
    settings: { file: config.file, exists: config.exists, failure: loaded.failure },
    clients: [...config.clients.keys()],
    projects: [...new Set([...[...config.clients.values()].flatMap(({ projects = [] }) => projects), context.cwd])],
    givenUp: givenUp(config),
    forgotten: loaded.value === undefined ? [] : withState.filter((name) => !isKnown(config, name)),
    engines,
    noEngine: chosen.failure,
    usesKeychain: usesKeychain(config),
    keychain,
    disks,
    proxies: proxyFacts(context.env),
    authorities: Object.keys(authorities).length,
    missedAuthorities: missed,
    kernel,
    gateways,
    ...images,
  };
}

function givenUp({ defaults, clients }: LoadedConfig): DoctorFacts['givenUp'] {
  const own = [...clients.values()].map(({ allowDegraded }) => allowDegraded ?? defaults.allowDegraded ?? []);
  const [first, ...others] = own.length === 0 ? [defaults.allowDegraded ?? []] : own;
  return (first ?? []).filter((name) => others.every((list) => list.includes(name)));
}

function isKnown(config: LoadedConfig, client: string): boolean {
  return client === DEFAULT_CLIENT || config.clients.has(client);
}

function usesKeychain(config: LoadedConfig): boolean {
  const credentials = [...config.clients.values()].flatMap((client) => Object.values(client.credentials ?? {}));
  return credentials.some(({ source }) => 'keychain' in source || ('store' in source && source.store === 'keychain'));
}

/** An engine that breaks in the middle is told of by the engines' own findings. */
async function imagesOrNone(context: Context, engine: Engine | undefined) {
  const none = { images: [], staleImages: 0 };
  if (engine === undefined) return none;
  return (await settled(gatherImages(context, engine))).value ?? none;
}

async function gatewaysOrNone(
  context: Context,
  engine: Engine | undefined,
  config: LoadedConfig,
  withState: readonly string[],
): Promise<DoctorFacts['gateways']> {
  if (engine === undefined) return [];
  return (await settled(gatherGateways(context, engine, config, withState))).value ?? [];
}
