import { bareParts } from './bareName.ts';
import { type Change, hasNewContent, type Risk } from './change.ts';
import { risksOf } from './risks.ts';
import type { Finding, FindSecrets } from './secrets/find.ts';

/** What is to be known of changes before they land. Plain data, also as JSON; no secret is in it. */
export interface Judgement {
  /** Never land. */
  readonly refused: readonly Risk[];
  /** Each path needs a yes of its own. */
  readonly asked: readonly Risk[];
  readonly noted: readonly Risk[];
  /** Each needs a yes of its own as well. */
  readonly secrets: readonly PlacedFinding[];
}

/** A secret, and where it is: a path of the project, or what the caller called a text. */
export interface PlacedFinding extends Finding {
  readonly path: string;
}

/** What lands beside files: messages of commits, names of authors, what commits in between had. */
export interface LandingText {
  /** What it is called to people, e.g. `message of commit 1a2b3c4`. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Judges what would land. `find` is from `secretFinder`. Pure; never throws. */
export function judge(changes: readonly Change[], find: FindSecrets, texts: readonly LandingText[] = []): Judgement {
  const risks = [...changes.flatMap(risksOf), ...sameNames(changes)];
  const of = (level: Risk['level']) => risks.filter((risk) => risk.level === level);
  const secrets = [
    ...changes.flatMap((change) => secretsOf(change, find)),
    ...texts.flatMap((text) => secretsIn(text, find)),
  ];
  return { refused: of('refuse'), asked: of('ask'), noted: of('note'), secrets };
}

/** The paths that land only with a yes of their own, in order, each once. */
export function pathsToAsk({ asked, secrets }: Judgement): readonly string[] {
  return [...new Set([...asked, ...secrets].map(({ path }) => path))].sort();
}

/** The paths that never land, in order, each once. */
export function pathsRefused({ refused }: Judgement): readonly string[] {
  return [...new Set(refused.map(({ path }) => path))].sort();
}

/** In the content, and in the name where it is a new one. */
function secretsOf(change: Change, find: FindSecrets): readonly PlacedFinding[] {
  const { path, before, after } = change;
  if (after === undefined) return [];
  const inName = before === undefined ? secretsIn({ name: path, content: path }, find) : [];
  if (after.content === undefined || !hasNewContent(change)) return inName;
  return [...inName, ...find(after.content, before?.content).map((finding) => ({ ...finding, path }))];
}

function secretsIn({ name, content }: LandingText, find: FindSecrets): readonly PlacedFinding[] {
  return find(Buffer.from(content)).map((finding) => ({ ...finding, path: name }));
}

/** Files that are one and the same where a file system does not tell their names apart. */
function sameNames(changes: readonly Change[]): readonly Risk[] {
  const byName = new Map<string, string[]>();
  for (const { path, after } of changes) {
    if (after === undefined) continue;
    const bare = bareParts(path).join('/');
    // A path may come twice, when a commit has it otherwise.
    byName.set(bare, [...new Set([...(byName.get(bare) ?? []), path])]);
  }
  return [...byName.values()]
    .filter((paths) => paths.length > 1)
    .flatMap((paths) =>
      paths.map(
        (path): Risk => ({
          ...{ rule: 'same-name', level: 'ask', path },
          reason: 'is the same file as another one where case or form of letters does not count',
        }),
      ),
    );
}
