import { dirname, normalize } from 'node:path';
import { UserError } from '../errors.ts';
import type { HostFacts } from './facts.ts';

/** True when `path` is `folder` or lies in it. Both are real paths. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`);
}

const touches = (a: string, b: string) => isWithin(a, b) || isWithin(b, a);

/** Folders of the operating system: what lies in them is the host's, and sockets of engines are among it. */
const SYSTEM = ['/proc', '/sys', '/dev', '/boot', '/etc', '/run', '/var/run', '/var/lib/docker', '/var/lib/containers'];

/** Too wide to be mounted whole, though a project may lie in them. */
const WIDE = [
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/var',
  '/var/lib',
  '/opt',
  '/srv',
  '/mnt',
  '/media',
  '/tmp',
  '/root',
  '/home',
];

/** Where engines keep sockets, logins and other boxes' files in a home directory, whichever engine is used. */
const ENGINES = ['.docker', '.colima', '.orbstack', '.lima', '.rd', '.config/containers', '.local/share/containers'];

/** Folders of a box that no mount of the user may cover. */
const BOX_OWN = [
  '/proc',
  '/sys',
  '/dev',
  '/etc',
  '/usr',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/run',
  '/agent-config',
  '/ssh-agent',
  '/git-objects',
  '/git-dirs',
];

/**
 * Refuses a host directory that would break G1 or G7: `/`, the home directory or what holds it, the system's folders,
 * engine sockets, agentbox's own configuration and state, and whatever another client claims. `what` names it in the
 * error; `path` is a real path. Throws UserError('refused').
 */
export function guardSource(
  what: string,
  path: string,
  client: string,
  facts: Pick<HostFacts, 'home' | 'own' | 'claims'> & { readonly engine: Pick<HostFacts['engine'], 'endpoint'> },
): void {
  const refuse = (why: string, next: string): never => {
    throw new UserError('refused', `${what} ${path} is refused`, { why, next: [next] });
  };
  const hasControl = [...path].some((character) => character.charCodeAt(0) < 32);
  if (hasControl) refuse('its name has a control character', 'rename it');
  if (path === '/') refuse('the box would see the whole host', 'name the project itself');
  if (isWithin(facts.home, path)) refuse('it is or holds your home directory', 'name a directory inside it');
  const system = SYSTEM.find((folder) => touches(path, folder));
  if (system !== undefined)
    refuse(`${system} is the host's own`, 'copy what the agent needs to a directory of its own');
  if (WIDE.includes(path)) refuse('it is a folder of the system', 'name a directory inside it');
  const socket = socketOf(facts.engine.endpoint);
  if (socket.startsWith('/') && isWithin(socket, path)) {
    refuse('it holds the engine, and who has the engine has the host', 'name a directory without it');
  }
  for (const own of facts.own) {
    if (touches(path, own))
      refuse(`${own} holds agentbox's own settings and other clients' state`, 'name another directory');
  }
  const engines = ENGINES.map((folder) => `${facts.home}/${folder}`).find((folder) => touches(path, folder));
  if (engines !== undefined) refuse(`${engines} is an engine's own`, 'name another directory');
  for (const claim of facts.claims) {
    if (claim.client === client) continue;
    const theirs = claim.projects.find((project) => touches(path, project));
    if (theirs !== undefined) {
      refuse(`${theirs} belongs to client ${claim.client}`, `use --client ${claim.client}, or another directory`);
    }
  }
}

/** The path of an engine's socket, which people and DOCKER_HOST write as `unix:///path`; other endpoints stay as they are. */
export function socketOf(endpoint: string): string {
  return endpoint.replace(/^unix:\/\//, '');
}

/** Refuses a place in the box that is not the user's to cover. `taken` are the targets the plan itself uses. */
export function guardTarget(target: string, taken: readonly string[]): void {
  const refuse = (why: string): never => {
    throw new UserError('refused', `cannot mount at ${target} in the box`, {
      why,
      next: ['choose a target such as /data'],
    });
  };
  if (!target.startsWith('/') || normalize(target) !== target || target.endsWith('/')) {
    refuse('a target is an absolute path, without `..` and without a slash at its end');
  }
  const own = BOX_OWN.find((folder) => isWithin(target, folder));
  if (own !== undefined) refuse(`${own} belongs to the box`);
  const covered = taken.find((other) => isWithin(other, target));
  if (covered !== undefined) refuse(`it would cover ${covered}`);
  if (dirname(target) === '/' && ['/tmp', '/home'].includes(target)) refuse('it is memory of the box');
}
