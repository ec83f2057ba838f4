import { HOME } from '../agents/agent.ts';
import { UserError } from '../errors.ts';

/** The variable that names it to them. */
export const ADC_NAME = 'GOOGLE_APPLICATION_CREDENTIALS';
/** Where every library of Google looks for it in the box. */
export const ADC_PATH = `${HOME}/.config/gcloud/application_default_credentials.json`;

/** What each kind must hold to be of use by itself, without another file or program. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  authorized_user: ['client_id', 'client_secret', 'refresh_token'],
  service_account: ['client_email', 'private_key'],
  external_account_authorized_user: ['client_id', 'client_secret', 'refresh_token', 'token_url'],
  impersonated_service_account: ['service_account_impersonation_url', 'source_credentials'],
};

const SECRET: readonly string[] = ['client_secret', 'refresh_token', 'private_key'];

/**
 * Passes Google credentials that work by themselves: those of a user, the key of a service account, an impersonation.
 * Throws UserError('credentials') for anything else, naming `place`; never says anything of the content but its type.
 */
export function checkAdc(text: string, place: string): void {
  check(parse(text), place);
}

/** The parts of Google credentials that are secret by themselves, also of those inside an impersonation. */
export function adcSecrets(text: string): readonly string[] {
  const secrets: string[] = [];
  JSON.parse(text, (name, value: unknown) => {
    if (SECRET.includes(name) && typeof value === 'string') secrets.push(value);
    return value;
  });
  return secrets;
}

function check(content: unknown, place: string): void {
  const refuse = (why: string) =>
    new UserError('credentials', `${place} holds no Google credentials that a box can use`, {
      why,
      next: ['gcloud auth application-default login', 'or name the key of a service account: adc: FILE'],
    });
  if (typeof content !== 'object' || content === null) throw refuse('it is no JSON object');
  const fields = new Map<string, unknown>(Object.entries(content));
  const type = fields.get('type');
  if (type === 'external_account') throw refuse(`type external_account: ${outside(fields.get('credential_source'))}`);
  const needs = typeof type === 'string' && Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined;
  if (needs === undefined) {
    throw refuse(`its type is none of ${Object.keys(NEEDS).join(', ')}`);
  }
  const missing = needs.filter((name) => !fields.get(name));
  if (missing.length > 0) throw refuse(`type ${type}, without ${missing.join(', ')}`);
  if (type === 'impersonated_service_account')
    check(fields.get('source_credentials'), `source_credentials of ${place}`);
}

/** Workload identity says where to fetch a token: in the box there is no such file, program or address. */
function outside(source: unknown): string {
  const names = typeof source === 'object' && source !== null ? Object.keys(source) : [];
  if (names.includes('executable')) return 'it runs a program of this machine, which is not in a box';
  if (names.includes('file')) return 'it reads another file of this machine, which is not in a box';
  return 'it asks this machine or its cloud for a token, and a box is neither';
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
