import type { GitSetting } from '../../credentials/gitConfigText.ts';
import { HARMLESS } from '../../credentials/gitIdentity.ts';

/** How the files of a repository are kept on this machine; lower case, as `git config --list` prints keys. */
const CORE = new Set([
  'core.filemode',
  'core.symlinks',
  'core.ignorecase',
  'core.precomposeunicode',
  'core.safecrlf',
  'core.whitespace',
  'core.checkstat',
  'core.trustctime',
  'core.sparsecheckout',
  'core.sparsecheckoutcone',
  'core.commentchar',
  'index.version',
  'index.sparse',
  'i18n.commitencoding',
  'remote.pushdefault',
]);

/** Of a remote, a branch and a submodule: where it is and how they belong together. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  remote: ['url', 'pushurl', 'fetch', 'push', 'tagopt', 'prune', 'promisor', 'partialclonefilter'],
  branch: ['remote', 'merge', 'rebase', 'pushremote', 'description'],
  submodule: ['url', 'active', 'branch', 'ignore'],
};

const IDENTITY = /^(user|author|committer)\.(name|email)$/;

/**
 * What a box gets of a repository's settings: how files are kept, remotes, branches, submodules. A setting that runs a
 * program, names a file or carries a password is not among them, so that none needs to be known by name. With `client` the
 * identity of the repository is left out, in favour of the client's. Pure.
 */
export function boxConfig(
  settings: readonly GitSetting[],
  how: { readonly bare: boolean; readonly client: boolean },
): readonly GitSetting[] {
  const format = last(settings, 'extensions.objectformat') ?? 'sha1';
  const partial = last(settings, 'extensions.partialclone');
  const extended = format !== 'sha1' || partial !== undefined;
  return [
    { key: 'core.repositoryformatversion', value: extended ? '1' : '0' },
    { key: 'core.bare', value: `${how.bare}` },
    { key: 'core.logallrefupdates', value: 'true' },
    // It is bound to a place and a machine, and git warns where it finds another.
    { key: 'core.untrackedcache', value: 'false' },
    ...(format === 'sha1' ? [] : [{ key: 'extensions.objectformat', value: format }]),
    ...(partial === undefined ? [] : [{ key: 'extensions.partialclone', value: partial }]),
    ...settings.flatMap((setting) => kept(setting, how.client)),
  ];
}

/** The last value of a setting, which is the one that counts. */
export function last(settings: readonly GitSetting[], key: string): string | undefined {
  const found = settings.findLast((setting) => setting.key === key);
  return found === undefined ? undefined : (found.value ?? 'true');
}

function kept({ key, value }: GitSetting, client: boolean): readonly GitSetting[] {
  if (IDENTITY.test(key)) return client ? [] : [{ key, value }];
  if (CORE.has(key) || HARMLESS.has(key)) return [{ key, value: value === undefined ? value : placeOf(value) }];
  const [first, end] = [key.indexOf('.'), key.lastIndexOf('.')];
  if (first === end || !PARTS[key.slice(0, first)]?.includes(key.slice(end + 1))) return [];
  if (value === undefined) return [{ key, value }];
  // `ext::` and its like are programs.
  if (/^\s*[a-z0-9+-]+::/i.test(value)) return [];
  const name = key.slice(first + 1, end);
  return [{ key: `${key.slice(0, first)}.${placeOf(name)}.${key.slice(end + 1)}`, value: placeOf(value) }];
}

/**
 * A URL without what opens it: over HTTP the user too, since tokens are written there. Anything else is left as it is.
 */
export function placeOf(text: string): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(text);
  if (parts === null) return text;
  const [, scheme = '', authority = '', rest = ''] = parts;
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const user = authority.slice(0, Math.max(at, 0)).split(':')[0] ?? '';
  const keepsUser = /^(ssh|git|git\+ssh|ssh\+git):/i.test(scheme) && user !== '';
  return `${scheme}${keepsUser ? `${user}@` : ''}${host}${rest.replace(/[?#].*$/s, '')}`;
}
