import type { Change, Mark } from '../change.ts';
import { textOf } from '../change.ts';

/** What of a package.json is run, by whom. */
const RUN: Readonly<Record<string, string>> = {
  scripts: 'npm runs them at an installation, a test or a build',
  bin: 'it becomes a command of whoever installs the package',
  gypfile: 'npm compiles the package at an installation',
  workspaces: 'npm installs these folders too, with their scripts',
  packageManager: 'Corepack fetches and runs it',
  devEngines: 'Corepack fetches and runs what it names',
  allowScripts: 'it says which packages may run scripts at an installation',
  trustedDependencies: 'it says which packages may run scripts at an installation',
  pnpm: 'pnpm takes from it what is replaced and which packages may run scripts',
  overrides: 'it puts other packages in the place of dependencies',
  resolutions: 'it puts other packages in the place of dependencies',
  husky: 'it sets up hooks of git',
  'simple-git-hooks': 'it sets up hooks of git',
  'pre-commit': 'it sets up hooks of git',
  'lint-staged': 'a hook of git runs its commands',
  config: 'npm hands it to scripts as variables',
  wireit: 'npm runs them at an installation, a test or a build',
  nx: 'nx runs its targets',
  contributes: 'an editor runs the commands of an extension',
};

const DEPENDENCIES = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
  'bundleDependencies',
  'bundledDependencies',
];

/** What of a package.json would be run and is not as it was. Pure. */
export function packageJsonMarks({ before, after }: Change): readonly Mark[] {
  const now = parse(textOf(after));
  if (now === undefined) return [ask('cannot be read as JSON, so what it runs is not known')];
  const old = parse(textOf(before)) ?? {};
  const run = Object.entries(RUN)
    .filter(([key]) => !same(old[key], now[key]))
    .map(([key, why]) => ask(`its "${key}" ${changed(old[key], now[key])}: ${why}`));
  return [...run, ...DEPENDENCIES.flatMap((key) => dependencyMarks(old[key], now[key]))];
}

function dependencyMarks(old: unknown, now: unknown): readonly Mark[] {
  const was = isObject(old) ? old : {};
  const entries = Object.entries(isObject(now) ? now : {}).filter(([name, wanted]) => !same(was[name], wanted));
  const elsewhere = entries.filter(
    ([, wanted]) => typeof wanted !== 'string' || /[:/]/.test(wanted.replace(/^(npm|workspace|catalog):/, '')),
  );
  const added = entries.filter(([name]) => was[name] === undefined).map(([name]) => name);
  return [
    ...elsewhere.map(([name]) => ask(`its dependency ${name} comes from another place than a registry`)),
    ...(added.length > 0
      ? [{ rule: 'dependency', level: 'note', reason: `names packages it did not name: ${added.join(', ')}` } as const]
      : []),
  ];
}

const changed = (old: unknown, now: unknown) =>
  now === undefined ? 'are gone' : old === undefined ? 'are new' : 'are not as they were';
const ask = (reason: string): Mark => ({ rule: 'package-scripts', level: 'ask', reason });
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text?.replace(/^\ufeff/, '') ?? '');
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
