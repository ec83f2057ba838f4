import { readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { RuleText } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { isLocal } from '../image/hostNetwork.ts';
import { checkHost } from './policy/host.ts';
import { ruleOfUrl } from './policy/nearestRule.ts';
import type { Registries } from './policy/parse.ts';

type Texts = { readonly [K in 'allow' | 'deny']: readonly Pick<RuleText, 'text'>[] };
type Host = Pick<Context, 'env' | 'platform'> & { readonly paths: Pick<Context['paths'], 'home'> };

/**
 * By preset, rules for the registries that this machine's npm and pip are set up to use, where the profile uses the preset.
 * Their files are read, since to ask npm itself takes as long as to start a box. Those that only this machine can reach are
 * left out; a file that cannot be read names none.
 */
export async function hostRegistries(profile: Texts, host: Host): Promise<Registries> {
  const used = new Set([...profile.allow, ...profile.deny].map(({ text }) => text.trim()));
  const [npm, pypi] = await Promise.all([used.has('npm') ? npmUrls(host) : [], used.has('pypi') ? pipUrls(host) : []]);
  return { npm: rulesOfUrls(npm), pypi: rulesOfUrls(pypi) };
}

/** `registry = …` and `@scope:registry = …`, in the user's file and in those beside the npm that is found first. */
async function npmUrls({ env, paths }: Host): Promise<readonly string[]> {
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name.toLowerCase(), value]));
  const bins = (env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  const texts = await Promise.all(
    [
      own['npm_config_userconfig'] || join(paths.home, '.npmrc'),
      own['npm_config_globalconfig'] || undefined,
      ...bins.flatMap((bin) => [join(dirname(bin), 'etc/npmrc'), join(dirname(bin), 'lib/node_modules/npm/npmrc')]),
    ].map(textOf),
  );
  const values = texts.flatMap((text) =>
    [...text.matchAll(/^\s*(?:@[^:=\s]+:)?registry\s*=\s*["']?([^\s"']+)/gm)].map(([, value = '']) => value),
  );
  return [own['npm_config_registry'] ?? '', ...values].map((value) =>
    value.replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole),
  );
}

/** `index-url` and `extra-index-url`; the latter may have several, also on lines of their own. */
async function pipUrls({ env, platform, paths }: Host): Promise<readonly string[]> {
  const config = env['XDG_CONFIG_HOME'] || join(paths.home, '.config');
  const texts = await Promise.all(
    [
      env['PIP_CONFIG_FILE'] || undefined,
      '/etc/pip.conf',
      join(config, 'pip/pip.conf'),
      join(paths.home, '.pip/pip.conf'),
      ...(platform === 'darwin' ? [join(paths.home, 'Library/Application Support/pip/pip.conf')] : []),
    ].map(textOf),
  );
  const values = texts.flatMap((text) =>
    [...text.matchAll(/^(?:extra-)?index-url\s*[=:]\s*(.*(?:\n[ \t]+.*)*)/gm)].map(([, value = '']) => value),
  );
  return [env['PIP_INDEX_URL'] ?? '', env['PIP_EXTRA_INDEX_URL'] ?? '', ...values].flatMap((value) =>
    value.split(/\s+/),
  );
}

function rulesOfUrls(urls: readonly string[]): readonly string[] {
  const usable = urls.filter((url) => /^https?:\/\//.test(url) && URL.canParse(url) && !isLocal(url));
  // A variable that is not set may be in the place of the host.
  const named = usable.filter((url) => checkHost(new URL(url).hostname) !== undefined);
  return [...new Set(named.map(ruleOfUrl))];
}

async function textOf(file: string | undefined): Promise<string> {
  return file === undefined ? '' : readFile(file, 'utf8').catch(() => '');
}
