import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseGitList } from '../../credentials/gitConfigText.ts';
import { isWithin } from '../../plan/guard.ts';
import type { NamedSink } from '../facts.ts';
import { type HostGit, hostGit } from './hostGit.ts';
import { repositoryAround } from './hostRepository.ts';

/** Settings whose value is a program, or has one in it. */
const RUNS =
  /^(?:core\.(?:hookspath|fsmonitor|sshcommand|pager|editor|askpass|gitproxy)|sequence\.editor|remote\..*\.(?:uploadpack|receivepack)|(?:pager|diff|merge|filter|difftool|mergetool|alias|gpg|credential|interactive|sendemail|trailer|guitool|browser|man|uploadpack|hook)\..*)$/;
const INCLUDES = /^include(?:if\..*)?\.path$/;
/** A file in which none of these words is has none of those settings. */
const WORDS =
  /hook|fsmonitor|sshcommand|pager|editor|askpass|proxy|external|diff|merge|filter|alias|gpg|credential|interactive|sendemail|trailer|guitool|browser|\bman\b|uploadpack|include|receivepack/i;

/** Managers of git hooks, by a word of the hook that they put into `.git/hooks`, and what they take commands from. */
const MANAGERS: readonly { readonly word: RegExp; readonly name: string; readonly files: readonly string[] }[] = [
  { word: /pre-commit/, name: 'pre-commit', files: ['.pre-commit-config.yaml'] },
  {
    word: /lefthook/,
    name: 'lefthook',
    files: ['lefthook', '.lefthook'].flatMap((name) =>
      ['yml', 'yaml', 'toml', 'json'].flatMap((kind) => [`${name}.${kind}`, `${name}-local.${kind}`]),
    ),
  },
  { word: /overcommit/, name: 'overcommit', files: ['.overcommit.yml'] },
];

/**
 * What the host's own git runs of the project, because its settings or its hooks say so: a folder of hooks, an included file,
 * a program of a filter. Paths relative to the project, also those where nothing is yet. Only reads.
 */
export async function namedSinks(deps: HostGit, project: string): Promise<readonly NamedSink[]> {
  const repository = repositoryAround(project);
  const files = [
    ...(repository === undefined
      ? []
      : [join(repository.commonDir, 'config'), join(repository.gitDir, 'config.worktree')]),
    ...userFiles(deps),
  ];
  const top = repository?.top ?? project;
  const named = await Promise.all(files.map((file) => namedIn(deps, file, top)));
  const hooks = repository === undefined ? [] : hooksOf(join(repository.commonDir, 'hooks'), top);
  const inside = [...named.flat(), ...hooks].flatMap(({ path, reason }) =>
    path !== project && isWithin(path, project) ? [{ path: path.slice(project.length + 1), reason }] : [],
  );
  return [...new Map(inside.filter(({ path }) => !isOfGit(path)).map((sink) => [sink.path, sink])).values()];
}

const isOfGit = (path: string) => path.split('/').includes('.git');

function userFiles({ env, paths }: HostGit): readonly string[] {
  const named = env['GIT_CONFIG_GLOBAL'];
  if (named !== undefined) return named === '' ? [] : [named];
  return [join(env['XDG_CONFIG_HOME'] || join(paths.home, '.config'), 'git/config'), join(paths.home, '.gitconfig')];
}

async function namedIn(deps: HostGit, file: string, top: string): Promise<readonly NamedSink[]> {
  if (!WORDS.test(textOf(file))) return [];
  const listed = (await hostGit(deps, ['config', '-z', '--list', '--no-includes', '--file', file])) ?? '';
  return parseGitList(listed).flatMap(({ key, value = '' }) => {
    const name = key.toLowerCase();
    if (INCLUDES.test(name)) {
      return [{ path: resolve(dirname(file), value), reason: `git reads settings from it, as ${key} says` }];
    }
    const isShort = name.startsWith('alias.') && !value.startsWith('!');
    if (!RUNS.test(name) || isShort) return [];
    const reason = `git runs it, as ${key} of its settings says`;
    if (name === 'core.hookspath') return [{ path: resolve(top, value), reason }];
    return programsIn(value, top).map((path) => ({ path, reason }));
  });
}

/** Words of a command that are files of the project, or look like paths to some that may come. */
function programsIn(command: string, top: string): readonly string[] {
  const words = command.replace(/^!/, '').split(/[\s"'`;&|()<>$=]+/);
  return words.flatMap((word) => {
    if (word === '' || /^[-~]|:\/\/|\*/.test(word)) return [];
    const path = resolve(top, word);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry === undefined ? (word.includes('/') ? [path] : []) : entry.isDirectory() ? [] : [path];
  });
}

function hooksOf(folder: string, top: string): readonly NamedSink[] {
  const names = namesIn(folder).filter((name) => !name.endsWith('.sample'));
  return names.flatMap((name) => {
    const hook = join(folder, name);
    const target = targetOf(hook);
    if (target !== undefined) return [{ path: resolve(folder, target), reason: `it is git's hook ${name}` }];
    const text = textOf(hook);
    return MANAGERS.filter(({ word }) => word.test(text)).flatMap((manager) =>
      manager.files.map((file) => ({
        path: join(top, file),
        reason: `git's hook ${name} has ${manager.name} run what it says`,
      })),
    );
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
