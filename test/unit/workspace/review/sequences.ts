import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { git } from './places.ts';

/** One thing that an agent does in its clone. */
type Step =
  | { readonly kind: 'write'; readonly path: string; readonly content: Buffer }
  | { readonly kind: 'remove' | 'mode' | 'commit'; readonly path: string }
  | { readonly kind: 'rename' | 'link'; readonly path: string; readonly to: string };

/** Names that break what is careless: folders that are files elsewhere, spaces, line ends, letters with two forms. */
const NAMES = [
  ...['a.txt', 'src/b.txt', 'src/c.txt', 'src', 'deep/er/file', 'deep', 'new', 'new/one', '-n', 'with space', 'q"uote'],
  ...[
    'line\nend',
    'tab\tname',
    'ünï/ço∂é',
    'e\u0301',
    '\u00e9',
    '日本/語.txt',
    '.hidden',
    '.gitattributes',
    'run.sh',
    ':(top)x',
    '*',
  ],
];
const path = fc.constantFrom(...NAMES);
const content = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
  fc.array(fc.string(), { maxLength: 20 }).map((lines) => Buffer.from(lines.join('\n'))),
  fc.array(fc.string(), { maxLength: 20 }).map((lines) => Buffer.from(lines.join('\r\n'))),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('* text=auto eol=crlf\n', '*.txt filter=x ident\n', '* -diff binary\n')
    .map((text) => Buffer.from(text)),
);

/** Sequences of what agents do. */
export const sequences: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), path, content }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('remove' as const, 'mode' as const), path }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('rename' as const, 'link' as const), path, to: path }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit' as const), path }) },
  ),
  { minLength: 1, maxLength: 12 },
);

/** How a sequence commits all that there is. */
type Commit = (clone: string, message: string) => void;

const commitAll: Commit = (clone, message) => {
  git(clone, 'add', '-A');
  git(clone, 'commit', '-q', '--allow-empty', '-m', message);
};

/** Does a sequence in a clone; what cannot be done there is left out. */
export function perform(clone: string, steps: readonly Step[], commit = commitAll): void {
  for (const step of steps) {
    try {
      performOne(clone, step, commit);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
}

function performOne(clone: string, step: Step, commit: Commit): void {
  const at = join(clone, step.path);
  const actions: Readonly<Record<Step['kind'], () => void>> = {
    write() {
      // Not through a link of an earlier step.
      if (existsSync(at) || isLink(at)) rmSync(at, { recursive: true });
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, 'content' in step ? step.content : '');
    },
    remove: () => rmSync(at, { recursive: true }),
    mode: () => chmodSync(at, lstatSync(at).mode & 0o100 ? 0o644 : 0o755),
    rename() {
      const to = join(clone, 'to' in step ? step.to : '');
      mkdirSync(dirname(to), { recursive: true });
      renameSync(at, to);
    },
    link() {
      mkdirSync(dirname(at), { recursive: true });
      symlinkSync('to' in step ? step.to : '', at);
    },
    commit: () => commit(clone, `work on ${step.path}`),
  };
  actions[step.kind]();
}

/** Every file below a folder but git's: its kind, whether it may be run, and its bytes. */
export function filesIn(dir: string, under = ''): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(dir, under))) {
    const path = under === '' ? name : `${under}/${name}`;
    if (path === '.git') continue;
    const stat = lstatSync(join(dir, path));
    if (stat.isDirectory()) Object.assign(found, filesIn(dir, path));
    else if (stat.isSymbolicLink()) found[path] = `link ${readlinkSync(join(dir, path))}`;
    else found[path] = `${stat.mode & 0o100 ? 'run' : 'file'} ${readFileSync(join(dir, path)).toString('hex')}`;
  }
  return found;
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
