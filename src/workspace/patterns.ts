import ignore from 'ignore';

/** True for a path (relative to the project) that a pattern names, or that lies in a folder that one names. */
export type Matches = (path: string, isDirectory: boolean) => boolean;

/** Patterns as in .gitignore, whatever the case of letters; undefined when there are none, so that nobody has to ask. */
export function patterns(list: readonly string[]): Matches | undefined {
  if (list.length === 0) return undefined;
  const matcher = ignore({ ignorecase: true, allowRelativePaths: true }).add([...list]);
  return (path, isDirectory) => matcher.ignores(isDirectory ? `${path}/` : path);
}
