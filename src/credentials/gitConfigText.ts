/** One setting of git: `user.name` or `color.diff.meta`. A value that is undefined means a key alone, which is true. */
export interface GitSetting {
  readonly key: string;
  readonly value: string | undefined;
}

/** Reads what `git config --list -z` prints. */
export function parseGitList(text: string): readonly GitSetting[] {
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const end = entry.indexOf('\n');
      return end === -1 ? { key: entry, value: undefined } : { key: entry.slice(0, end), value: entry.slice(end + 1) };
    });
}

/** The text of a configuration file that git reads as exactly these settings. Throws for a key that no file can hold. */
export function gitConfigText(settings: readonly GitSetting[]): string {
  return settings.map(({ key, value }) => `${section(key)}\n\t${assignment(key, value)}\n`).join('');
}

function section(key: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')];
  const name = key.slice(0, first);
  if (first < 1 || !/^[a-z0-9-]+$/i.test(name)) throw new Error(`no git setting: ${key}`);
  if (first === last) return `[${name}]`;
  const subsection = key.slice(first + 1, last);
  if (/[\n\0]/.test(subsection)) throw new Error(`no git setting: ${key}`);
  return `[${name} "${subsection.replace(/[\\"]/g, '\\$&')}"]`;
}

function assignment(key: string, value: string | undefined): string {
  const name = key.slice(key.lastIndexOf('.') + 1);
  if (!/^[a-z][a-z0-9-]*$/i.test(name)) throw new Error(`no git setting: ${key}`);
  if (value === undefined) return name;
  const escaped = value
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\b', '\\b');
  return `${name} = "${escaped}"`;
}
