import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Provider } from '../config/profile.ts';
import type { CredentialRequest, Resolved } from '../credentials/resolved.ts';
import type { SourceDeps } from '../credentials/sources/deps.ts';
import { fromFile } from '../credentials/sources/file.ts';
import { UserError } from '../errors.ts';
import { ADC_NAME, ADC_PATH, checkAdc } from './adc.ts';
import { brokerAdc } from './google/brokerAdc.ts';

/**
 * Google credentials for Vertex AI as one file, never the directory of gcloud: the file that the provider names, else, with
 * `login: host`, the one of this machine; undefined when there is none. Through a gateway the box gets a placeholder.
 * Throws UserError for one that is there and of no use.
 */
export async function vertexCredential(
  provider: Pick<Provider, 'adc'>,
  request: CredentialRequest,
  deps: Pick<SourceDeps, 'env' | 'paths' | 'now'>,
): Promise<Resolved | undefined> {
  const place = provider.adc ?? (request.profile.login === 'host' ? hostPlace(deps) : undefined);
  if (place === undefined) return undefined;
  const named = provider.adc !== undefined || deps.env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (!named && !existsSync(place)) return undefined;
  const value = fromFile(place);
  checkAdc(value, place);
  const file = {
    ...{ name: ADC_NAME, source: `file ${place}`, expires: undefined },
    ...({ delivery: 'file', path: ADC_PATH, when: 'always', value } as const),
  };
  return brokerAdc(file, place, request, deps);
}

function hostPlace({ env, paths }: Pick<SourceDeps, 'env' | 'paths'>): string {
  const named = env['GOOGLE_APPLICATION_CREDENTIALS'];
  if (!named) return join(paths.home, '.config/gcloud/application_default_credentials.json');
  if (isAbsolute(named)) return named;
  throw new UserError('credentials', `GOOGLE_APPLICATION_CREDENTIALS is ${named}, which is no absolute path`, {
    next: ['export GOOGLE_APPLICATION_CREDENTIALS=/…'],
  });
}
