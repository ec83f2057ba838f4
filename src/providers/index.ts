import { AUTO, brokering } from '../credentials/broker.ts';
import { configured } from '../credentials/configured.ts';
import { brokerOf } from '../credentials/inBox.ts';
import type { CredentialRequest, Resolution } from '../credentials/resolved.ts';
import type { Named } from '../credentials/select.ts';
import { givenNames, isServed } from '../credentials/served.ts';
import type { SourceDeps } from '../credentials/sources/deps.ts';
import { UserError } from '../errors.ts';
import { formatSpan } from '../ui/time.ts';
import { ADC_NAME } from './adc.ts';
import { AWS_NAMES } from './aws.ts';

/** Milliseconds; a key of AWS often lives for an hour, and a box gets no other. */
const SOON = 3_600_000;

/**
 * What the provider that the profile names for an agent brings by itself: one file of Google credentials, or the key of a
 * profile of AWS. Undefined when it brings nothing. Throws UserError with the remedy for what is named and of no use.
 */
export async function broughtByProvider(request: CredentialRequest, deps: SourceDeps): Promise<Resolution | undefined> {
  const { profile, agent } = request;
  const provider = profile.providers[agent.name];
  if (provider?.name === 'vertex' && configured(request).some(isAdcFile)) return { credentials: [], notices: [] };
  if (provider?.name === 'vertex' && (provider.adc !== undefined || !isServed(request))) {
    const { vertexCredential } = await import('./vertex.ts');
    const credential = await vertexCredential(provider, request, deps);
    return credential === undefined ? undefined : { credentials: [credential], notices: [] };
  }
  if (provider?.name === 'bedrock' && provider.profile !== undefined) {
    refuseTwoKeys(request, provider.profile);
    const { exportCommand, exportedKey } = await import('./awsExport.ts');
    const key = await exportedKey(provider.profile, deps);
    const renew = { command: exportCommand(provider.profile) };
    const credentials = key.map((part) => brokering(part, { ...AUTO, renew }, request));
    // The keeper asks for a newer one, where the box has none of it.
    const isKept = credentials.every((part) => brokerOf(part) !== undefined);
    const ends = isKept ? undefined : credentials[0]?.expires;
    return { credentials, notices: expiryNotice(provider.profile, ends, deps.now().getTime()) };
  }
  return undefined;
}

/** Google credentials that the user has put among the others, as a file: they go into the box as they are. */
function isAdcFile({ name, credential: { deliver } }: Named): boolean {
  return name === ADC_NAME && typeof deliver === 'object';
}

/** The id of one key and the token of another would only be found out by AWS. */
function refuseTwoKeys(request: CredentialRequest, profile: string): void {
  const given = givenNames(request);
  const other = AWS_NAMES.find((name) => given.has(name));
  if (other === undefined) return;
  throw new UserError('config', `${request.agent.name} has two keys for bedrock: profile ${profile}, and ${other}`, {
    next: [`remove ${other}`, `or remove profile from providers.${request.agent.name}`],
  });
}

function expiryNotice(profile: string, expires: number | undefined, now: number): readonly string[] {
  if (expires === undefined || expires - now > SOON) return [];
  return [`the AWS key of profile ${profile} ends in ${formatSpan(expires - now)}, and this box gets no newer one`];
}
