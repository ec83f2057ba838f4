/** A mistake in an env file; it never quotes the line, which may hold a secret. */
export class EnvFileMistake extends Error {
  /** Counts from 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

const BLANK = /[ \t]*(?:#[^\n]*)?(?:\n|$)/y;
const NAME = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)[ \t]*=/y;
const QUOTED = /[ \t]*(?:"([^"\\]*(?:\\[\s\S][^"\\]*)*)"|'([^']*)')[ \t]*(?:[ \t]#[^\n]*)?(?:\n|$)/y;
const PLAIN = /(?![ \t]*["'])([^\n]*)(?:\n|$)/y;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

/**
 * The variables of an env file: `NAME=VALUE` lines, with or without `export`, and `#` comments. A plain value ends at
 * ` #` or with its line; '…' is taken as it is; "…" knows \n \r \t \" \\ \$; both may span lines. Nothing is expanded, and
 * of two equal names the later wins. Throws EnvFileMistake.
 */
export function parseEnvFile(text: string): Record<string, string> {
  const rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const entries: [string, string][] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(rest);
    if (match !== null) at = pattern.lastIndex;
    return match ?? undefined;
  };
  const mistake = (message: string) => new EnvFileMistake(rest.slice(0, at).split('\n').length, message);

  while (at < rest.length) {
    if (take(BLANK) !== undefined) continue;
    const name = take(NAME)?.[1];
    if (name === undefined) throw mistake('is not NAME=VALUE');
    const plain = take(PLAIN)?.[1];
    const value = plain === undefined ? quotedValue(take(QUOTED)) : plain.replace(/[ \t]+#[^\n]*$/, '').trim();
    if (value === undefined) throw mistake('has a quote that is not closed, or more after the closing one');
    if (value.includes('\0')) throw mistake('holds a NUL byte');
    entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

function quotedValue(match: RegExpExecArray | undefined): string | undefined {
  return match?.[1]?.replace(/\\([\s\S])/g, (both, next: string) => ESCAPES[next] ?? both) ?? match?.[2];
}
