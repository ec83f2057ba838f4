import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Provider } from '../config/profile.ts';
import type { Resolved } from '../credentials/resolved.ts';
import type { SourceDeps } from '../credentials/sources/deps.ts';
import { fromFile } from '../credentials/sources/file.ts';
import { UserError } from '../errors.ts';
import { ADC_PATH, checkAdc } from './adc.ts';

/**
 * Google credentials for Vertex AI as one file, never the directory of gcloud: the file that the provider names, else, with
 * `ofHost`, the one of this machine; undefined when there is none. Throws UserError for one that is there and of no use.
 */
export function vertexCredential(
  provider: Pick<Provider, 'adc'>,
  ofHost: boolean,
  deps: Pick<SourceDeps, 'env' | 'paths'>,
): Resolved | undefined {
  const place = provider.adc ?? (ofHost ? hostPlace(deps) : undefined);
  if (place === undefined) return undefined;
  const named = provider.adc !== undefined || deps.env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (!named && !existsSync(place)) return undefined;
  const value = fromFile(place);
  checkAdc(value, place);
  return {
    name: 'GOOGLE_APPLICATION_CREDENTIALS',
    source: `file ${place}`,
    expires: undefined,
    delivery: 'file',
    path: ADC_PATH,
    when: 'always',
    value,
  };
}

function hostPlace({ env, paths }: Pick<SourceDeps, 'env' | 'paths'>): string {
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (!named) return join(paths.home, '.config/gcloud/application_default_credentials.json');
  if (isAbsolute(named)) return named;
  throw new UserError('credentials', `GOOGLE_APPLICATION_CREDENTIALS is ${named}, which is no absolute path`, {
    next: ['export GOOGLE_APPLICATION_CREDENTIALS=/…'],
  });
}
