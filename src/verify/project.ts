import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';

/** What a box may not change: files that the host runs by itself, each with a folder above it in the project where there is one. */
export const GUARDED: readonly { readonly path: string; readonly above?: string }[] = [
  { path: '.envrc' },
  { path: '.vscode/tasks.json', above: '.vscode' },
  { path: 'nested/folder/.envrc', above: 'nested' },
];

/** A file and a folder like any other, which the box may change. */
export const ORDINARY = { file: 'plain', folder: 'free' } as const;

/** A file with a secret that the box must not see, and one with the same name but for its ending, which it may. */
export const SECRETS = { masked: '.env', example: '.env.example' } as const;

/** Something that the host would run, and that is made in the box. */
export interface Plant {
  readonly id: string;
  readonly what: string;
  readonly path: string;
  /** What is in it when it is a folder, folders with a slash at their end. */
  readonly inside: readonly string[];
}

/** What is left in the project for the host, one after the other. */
export const PLANTS: readonly Plant[] = [
  { id: 'file', what: 'an .envrc', path: 'src/.envrc', inside: [] },
  { id: 'folder', what: 'settings of an editor', path: '.idea', inside: ['workspace.xml'] },
  {
    id: 'repository',
    what: 'a nested repository',
    path: 'src/.git',
    inside: ['config', 'objects/', 'refs/', 'hooks/', 'hooks/post-checkout'],
  },
  { id: 'bare', what: 'a fake bare repository', path: 'bare/HEAD', inside: [] },
];

/** What makes a repository of a folder, but for its HEAD. */
const FOLDERS = ['src', 'free', 'bare/objects', 'bare/refs', '.git/objects', '.git/refs/heads', '.git/hooks'];
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n';
const COMMIT =
  'author verify <verify@agentbox.invalid> 0 +0000\ncommitter verify <verify@agentbox.invalid> 0 +0000\n\nfirst\n';

/** An object of the project's repository, below its folder of objects. */
export const OBJECT = objectOf('tree', '').place;

/** Makes a project with a repository of one commit, which takes no git. `secret` lies in its masked file. */
export async function makeProject(folder: string, secret: string): Promise<void> {
  const tree = objectOf('tree', '');
  const commit = objectOf('commit', `tree ${tree.id}\n${COMMIT}`);
  for (const path of FOLDERS) await mkdir(join(folder, path), { recursive: true });
  const files: Readonly<Record<string, string | Buffer>> = {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/config': CONFIG,
    '.git/refs/heads/main': `${commit.id}\n`,
    ...Object.fromEntries([tree, commit].map(({ place, bytes }) => [`.git/objects/${place}`, bytes])),
    ...Object.fromEntries(GUARDED.map(({ path }) => [path, path])),
    ...Object.fromEntries(Object.values(SECRETS).map((path) => [path, `SECRET=${secret}\n`])),
    [ORDINARY.file]: 'plain\n',
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

function objectOf(kind: 'tree' | 'commit', content: string) {
  const whole = `${kind} ${content.length}\0${content}`;
  const id = createHash('sha1').update(whole).digest('hex');
  return { id, place: `${id.slice(0, 2)}/${id.slice(2)}`, bytes: deflateSync(whole) };
}
