import type { Change, Mark } from '../change.ts';
import { textOf } from '../change.ts';

/** Submodules that are not as they were. Pure. */
export function gitmodulesMarks({ before, after }: Change): readonly Mark[] {
  const added = newLines(textOf(before), textOf(after));
  const value = (key: RegExp) => added.flatMap((line) => key.exec(line)?.[1] ?? []);
  const urls = value(/^\s*url\s*=\s*(.*)$/i).map(unquoted);
  const bad = urls.filter((url) => /^-|^[a-z0-9]{1,20}::|[\0\r\n]/i.test(url));
  const runs = value(/^\s*update\s*=\s*(.*)$/i)
    .map(unquoted)
    .filter((update) => update.startsWith('!'));
  return [
    ...(bad.length + runs.length > 0
      ? [{ rule: 'submodule', level: 'refuse', reason: 'names a program that git would run for a submodule' } as const]
      : []),
    ...urls.map(
      (url): Mark => ({ rule: 'submodule', level: 'ask', reason: `takes a submodule from ${withoutLogin(url)}` }),
    ),
  ];
}

/** Attributes by which git runs a program, or changes what it writes. */
const ACTIVE: readonly { readonly attribute: RegExp; readonly what: string }[] = [
  { attribute: /(?:^|\s)filter=(\S{1,200})/, what: 'git runs the filter' },
  { attribute: /(?:^|\s)diff=(\S{1,200})/, what: 'git runs the diff driver' },
  { attribute: /(?:^|\s)merge=(\S{1,200})/, what: 'git runs the merge driver' },
  { attribute: /(?:^|\s)(export-subst|export-ignore|ident)\b/, what: 'git changes what it hands out by' },
  { attribute: /(?:^|\s)(working-tree-encoding=\S{1,200})/, what: 'git changes files as it writes them by' },
];

/** Attributes that are new and make git act. Pure. */
export function gitattributesMarks({ before, after }: Change): readonly Mark[] {
  const added = newLines(textOf(before), textOf(after)).filter((line) => !line.trimStart().startsWith('#'));
  const found = added.flatMap((line) =>
    ACTIVE.flatMap(({ attribute, what }) => {
      const name = attribute.exec(line)?.[1];
      return name === undefined ? [] : [`${what} "${name}" on what matches ${line.trim().split(/\s/)[0] ?? ''}`];
    }),
  );
  return [...new Set(found)].map((reason) => ({ rule: 'attributes', level: 'ask', reason }));
}

/** Files by which git takes a folder for a repository, or settings for its own. Pure. */
export function repositoryMarks(change: Change): readonly Mark[] {
  const text = textOf(change.after)?.slice(0, 4096);
  const name = change.path.split('/').at(-1)?.toLowerCase();
  if (text === undefined) return [];
  if (name === 'head' && /^(?:ref: |[0-9a-f]{40}(?:[0-9a-f]{24})?\s*$)/.test(text))
    return [
      {
        rule: 'repository',
        level: 'ask',
        reason: 'makes git take its folder for a repository, whose settings and hooks run programs',
      },
    ];
  if (name === 'config' && /^\s{0,100}\[(?:core|include|remote|alias|filter|credential)\b/im.test(text))
    return [{ rule: 'git-settings', level: 'ask', reason: 'git takes settings from it, among them programs to run' }];
  return [];
}

function newLines(before: string | undefined, after: string | undefined): readonly string[] {
  const old = new Set((before ?? '').split(/\r?\n/));
  // A line that ends with a backslash goes on in the next one.
  return (after ?? '')
    .replace(/\\\r?\n/g, '')
    .split(/\r?\n/)
    .filter((line) => !old.has(line));
}

const unquoted = (text: string) => text.trim().replace(/^"(.*)"$/, '$1');
const withoutLogin = (url: string) => url.replace(/\/\/[^/@]{1,500}@/, '//');
