import type { Agent } from '../agents/agent.ts';
import type { Toolchains } from '../config/profile.ts';
import type { ImageInfo } from '../engine/engine.ts';
import { LABEL } from '../engine/engine.ts';
import type { ImageSpec } from '../plan/spec.ts';
import { type Assets, folderOf, pinsOf } from './assets.ts';
import { tagOf } from './key.ts';
import { toolsOf } from './toolchains.ts';
import type { UserBuild } from './userImage.ts';

/** The folder that every image is built on. */
export const BASE = 'base';
/** The folder of what follows a build of the user's on our base. */
export const SEALED = 'sealed';
/** What runs programs where an image does not say. */
const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** What no agent can do without. */
const TOOLS: readonly string[] = ['bash', 'git'];

/** What the user works in instead of our base alone. */
export type Own =
  /** A Dockerfile built on our base; `key` stands for the content of its context. */
  | { readonly kind: 'dockerfile'; readonly build: UserBuild; readonly key: string }
  /** An image that is here. */
  | { readonly kind: 'image'; readonly ref: string; readonly info: ImageInfo };

/** What an image is planned from. */
export interface ImageRequest {
  readonly agent: Pick<Agent, 'name' | 'image'> & Partial<Pick<Agent, 'versionCommand'>>;
  /** Undefined for an agent without a package. */
  readonly version: string | undefined;
  readonly assets: Assets;
  /** The host's extra authorities, by file name. */
  readonly authorities: Readonly<Record<string, string>>;
  readonly toolchains?: Toolchains;
  readonly packages?: readonly string[];
  readonly own?: Own;
}

/** The images of an agent in the order they are built, base first; the last is the one to run. Pure. */
export function planImages(request: ImageRequest): readonly [ImageSpec, ...ImageSpec[]] {
  const { assets, agent, version, own } = request;
  const files = Object.fromEntries(Object.entries(request.authorities).map(([name, text]) => [`ca/${name}`, text]));
  const { from } = pinsOf(assets);
  const base = specOf(assets, { folder: BASE, from, args: {}, files, title: 'base image', pulls: [from] });
  const chain: [ImageSpec, ...ImageSpec[]] = [base];
  const last = () => (chain.at(-1) ?? base).tag;
  const add = (spec: Omit<ImageSpec, 'tag'>) => chain.push(specOf(assets, spec));
  if (own?.kind === 'dockerfile') {
    add({ folder: 'open', from: last(), args: {}, files: {}, title: 'base image for a Dockerfile' });
    chain.push(planUser(own.build, own.key, last()));
    add({ folder: SEALED, from: last(), args: {}, files: {}, title: own.build.context });
  }
  if (agent.image !== BASE) {
    const args: Record<string, string> = version === undefined ? {} : { VERSION: version };
    const title = version === undefined ? agent.name : `${agent.name} ${version}`;
    add({ folder: agent.image, from: last(), args, files: {}, title });
  }
  if (own?.kind === 'image') add(adopted(request, own, last()));
  const tools = toolsSpec(request, last());
  if (tools !== undefined) add(tools);
  return chain;
}

/** What is added to a user's image that has our entrypoint already; undefined for nothing. Pure. */
export function planAdditions(request: ImageRequest, ref: string, info: ImageInfo): ImageSpec | undefined {
  const tools = toolsSpec({ ...request, own: { kind: 'image', ref, info } }, ref);
  return tools && specOf(request.assets, { ...tools, files: { ...tools.files, ...idOf(info) } });
}

/** True for an image with our entrypoint. */
export function isOnOurs(info: ImageInfo): boolean {
  return info.labels[`${LABEL}.stage`] !== undefined;
}

/** A build of the user's; `key` stands for the content of its context, `from` is what FROM means in it, if anything. Pure. */
export function planUser(build: UserBuild, key: string, from: string): ImageSpec {
  const spec = { folder: 'user', from, args: build.args, files: {}, title: build.context, user: build };
  const files = { Dockerfile: build.dockerfile, context: key, target: build.target ?? '' };
  return { ...spec, tag: tagOf({ ...spec, files, assets: {} }) };
}

/** Its own folder's Dockerfile, and what the agent's adds to its package: variables, and files that COPY or a variable names. */
function adopted(
  { assets, agent, packages = [] }: ImageRequest,
  own: Own & { kind: 'image' },
  ours: string,
): Omit<ImageSpec, 'tag'> {
  const text = (folder: string) => assets[`${folder}/Dockerfile`]?.content ?? '';
  const agents = agent.image === BASE ? '' : text(agent.image);
  const env = agents.match(/^ENV (?:.*\\\n)*.*\n/gm) ?? [];
  const paths = [...agents.matchAll(/^COPY \S+ (\/\S+)$|^ENV \w+=(\/\S+)$/gm)].map(([, file, named]) => file ?? named);
  const files = paths.map((path) => `COPY --from=ours ${path} ${path}\n`);
  return {
    folder: 'adopt',
    from: own.ref,
    args: {
      OURS: ours,
      OWN_PATH: own.info.env['PATH'] ?? USUAL_PATH,
      PROGRAM: agent.image === BASE ? '' : (agent.versionCommand ?? []).join(' '),
      TOOLS: TOOLS.filter((tool) => !packages.includes(tool)).join(' '),
    },
    files: {
      Dockerfile: text('adopt').replace('# The agent.\n', () => [...env, ...files].join('')),
      ...idOf(own.info),
    },
    title: `${agent.name} in ${own.ref}`,
  };
}

function toolsSpec(
  { toolchains = {}, packages = [], own }: ImageRequest,
  from: string,
): Omit<ImageSpec, 'tag'> | undefined {
  const caches = own?.kind === 'image' ? `agentbox-${own.info.id.replace(/^sha256:/, '').slice(0, 12)}` : '';
  const tools = toolsOf(toolchains, packages, caches);
  if (tools === undefined) return undefined;
  const { dockerfile, images, title } = tools;
  return { folder: 'tools', from, args: {}, files: { Dockerfile: dockerfile }, title, pulls: images };
}

/** Changes the tag when the image that a name means does. */
const idOf = ({ id }: ImageInfo): Readonly<Record<string, string>> => ({ 'image-id': id });

function specOf(assets: Assets, spec: Omit<ImageSpec, 'tag'>): ImageSpec {
  return { ...spec, tag: tagOf({ ...spec, assets: folderOf(assets, spec.folder) }) };
}
