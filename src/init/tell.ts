import { agentOf } from '../agents/index.ts';
import type { LoadedConfig } from '../config/load.ts';
import { wrapped } from '../doctor/wrapped.ts';
import { plain } from '../ui/plain.ts';
import type { Found } from './look.ts';

const BELOW = ' '.repeat(10);

/** What was found, a line each, for a person whose terminal has `width` columns. Pure. */
export function foundInWords(found: Found, config: LoadedConfig, home: string, width: number): readonly string[] {
  const { engine, noEngine, logins, variables, project, owner } = found;
  const { languages } = project;
  const made = languages.map(({ title, because }) => `${title} (${plain(because)})`).join(', ');
  const place = plain(short(project.top, home));
  const whose = owner === undefined ? '' : `, of client ${owner}`;
  return [
    `engine    ${engine === undefined ? (noEngine?.what ?? 'none') : engineInWords(engine)}`,
    ...wrapped(noEngine?.why ?? '', width - BELOW.length).flatMap((line) => (line === '' ? [] : [`${BELOW}${line}`])),
    ...(noEngine?.next ?? []).map((step) => `${BELOW}→ ${step}`),
    `logins    ${logins.map((name) => agentOf(name).title).join(', ') || 'no agent is logged in on this machine'}`,
    `keys      ${variables.join(', ') || 'none in the environment'}`,
    `folder    ${place}${whose}${made === '' ? '' : `: ${made}`}`,
    ...(found.refused === undefined ? [] : [`${BELOW}no box may have it: ${found.refused}`]),
    ...(config.exists
      ? [`clients   ${[...config.clients.keys()].join(', ') || 'none'}, in ${short(config.file, home)}`]
      : []),
  ];
}

function engineInWords({ kind, version, endpoint, runtimes, desktop }: NonNullable<Found['engine']>): string {
  const title = kind === 'docker' ? 'Docker' : 'Podman';
  const gvisor = desktop ? '' : runtimes.includes('runsc') ? ', with gVisor' : ', without gVisor';
  return `${title} ${version} at ${endpoint}${gvisor}`;
}

/** A path of the home directory as people write it. Pure. */
export function short(path: string, home: string): string {
  if (path === home) return '~';
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
