import type { GitSetting } from '../../credentials/gitConfigText.ts';

const BLANK = /[ \t\r\n]/;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', '\\': '\\', '"': '"', '\n': '' };

/**
 * Reads a configuration file of git as `git config --list --no-includes` does: sections and names in lower case, the part in quotes as
 * it is. Undefined for what git would not read either. Pure.
 */
export function parseConfig(text: string): readonly GitSetting[] | undefined {
  const reader = new Reader(`${text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')}\n`);
  const settings: GitSetting[] = [];
  let section: string | undefined;
  for (let char = reader.next(); char !== undefined; char = reader.next()) {
    if (BLANK.test(char)) continue;
    if (char === '#' || char === ';') reader.match(/[^\n]*/y);
    else if (char === '[') {
      section = sectionName(reader);
      if (section === undefined) return undefined;
    } else {
      reader.back();
      const setting = settingOf(reader, section);
      if (setting === undefined) return undefined;
      settings.push(setting);
    }
  }
  return settings;
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string | undefined {
    const char = this.#text[this.#at];
    this.#at += 1;
    return char;
  }

  back(): void {
    this.#at -= 1;
  }

  /** What a sticky expression finds here, which is then behind. */
  match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }
}

/** The rest of `[section]`, `[section.old]` or `[section "part"]`. */
function sectionName(reader: Reader): string | undefined {
  const found = reader.match(/([a-z0-9.-]*)(?:[ \t\r]+"((?:[^"\\\n]|\\[^\n])*)")?\]/iy);
  if (found === undefined) return undefined;
  const [, name = '', part] = found;
  return part === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${part.replace(/\\(.)/gs, '$1')}`;
}

function settingOf(reader: Reader, section: string | undefined): GitSetting | undefined {
  const found = reader.match(/([a-z][a-z0-9-]*)[ \t]*(=|\n)/iy);
  if (found === undefined) return undefined;
  const [, name = '', end] = found;
  const key = `${section === undefined ? '' : `${section}.`}${name.toLowerCase()}`;
  if (end === '\n') return { key, value: undefined };
  const value = valueIn(reader);
  return value === undefined ? undefined : { key, value };
}

function valueIn(reader: Reader): string | undefined {
  let value = '';
  let blanks = '';
  let quoted = false;
  for (let char = reader.next(); char !== undefined; char = reader.next()) {
    if (char === '\n') return quoted ? undefined : value;
    if (!quoted && BLANK.test(char)) {
      if (value !== '') blanks += ' ';
      continue;
    }
    if (!quoted && (char === ';' || char === '#')) {
      reader.match(/[^\n]*/y);
      continue;
    }
    value += blanks;
    blanks = '';
    if (char === '"') quoted = !quoted;
    else if (char === '\\') {
      const escaped = ESCAPED[reader.next() ?? ''];
      if (escaped === undefined) return undefined;
      value += escaped;
    } else value += char;
  }
  return quoted ? undefined : value;
}
