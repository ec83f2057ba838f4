import { PRESETS } from '../../../network/policy/presets.ts';
import type { Change, Mark } from '../change.ts';
import { textOf } from '../change.ts';

/** Files that pin what a package manager installs. */
export const LOCKFILES: ReadonlySet<string> = new Set([
  ...['package-lock.json', 'npm-shrinkwrap.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock', 'bun.lockb', 'deno.lock'],
  ...[
    'cargo.lock',
    'poetry.lock',
    'uv.lock',
    'pdm.lock',
    'pipfile.lock',
    'requirements.txt',
    'composer.lock',
    'gemfile.lock',
  ],
  ...[
    'go.sum',
    'flake.lock',
    'mix.lock',
    'pubspec.lock',
    'podfile.lock',
    'package.resolved',
    'gradle.lockfile',
    'packages.lock.json',
  ],
]);

const HOST = /\b([a-z][a-z0-9+.-]{1,20}):\/\/(?:[^\s/"'@]{1,200}@)?([a-z0-9._-]{1,253})/gi;
/** A package's address and its checksum, as npm and Yarn write them. */
const PINNED =
  /"?resolved"?:? {1,4}"([^"\s]{1,1000})",?\s{1,40}"?integrity"?:? {1,4}"?(sha\d{1,3}-[A-Za-z0-9+/=]{20,200})/g;

/** What a lockfile would install from elsewhere, or with another content, than it did. Pure. */
export function lockfileMarks({ before, after }: Change): readonly Mark[] {
  const now = textOf(after) ?? '';
  const old = textOf(before) ?? '';
  const [were, are] = [hosts(old), hosts(now)];
  const foreign = [...are.names].filter((name) => !were.names.has(name) && !isRegistry(name));
  const plain = [...are.plain].filter((name) => !were.plain.has(name));
  const pinned = new Map(pairs(old));
  const other = new Set(pairs(now).flatMap(([url, sum]) => ((pinned.get(url) ?? sum) === sum ? [] : [nameOf(url)])));
  const lost = count(old, /integrity/g) > 0 && count(now, /integrity/g) === 0;
  return [
    ...list(foreign, 'installs from a host that it did not name'),
    ...list(plain, 'installs over a connection that is not encrypted, from'),
    ...list([...other], 'has another checksum for the same package'),
    ...(lost ? [ask('has no checksums any more')] : []),
  ];
}

const list = (names: readonly string[], what: string) =>
  names.length === 0 ? [] : [ask(`${what}: ${names.join(', ')}`)];
const ask = (reason: string): Mark => ({ rule: 'lockfile', level: 'ask', reason });
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

function hosts(text: string) {
  const found = [...text.matchAll(HOST)].map(([, scheme = '', name = '']) => ({
    scheme: scheme.toLowerCase(),
    name: name.toLowerCase(),
  }));
  const plain = found.filter(({ scheme }) => scheme === 'http' || scheme === 'git' || scheme === 'git+http');
  return { names: new Set(found.map(({ name }) => name)), plain: new Set(plain.map(({ name }) => name)) };
}

function pairs(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(PINNED)].map(([, url = '', sum = '']) => [url.replace(/#.*$/, ''), sum] as const);
}

/** The last part of an address: which package it is, without what an address may carry in front. */
const nameOf = (url: string) =>
  url
    .replace(/[?#].*$/, '')
    .split('/')
    .at(-1) ?? '';

const REGISTRIES = PRESETS.filter(({ name }) =>
  ['npm', 'pypi', 'crates', 'rubygems', 'maven', 'go'].includes(name),
).flatMap(({ rules }) => rules);

function isRegistry(name: string): boolean {
  return REGISTRIES.some((rule) => (rule.startsWith('*.') ? name.endsWith(rule.slice(1)) : name === rule));
}
