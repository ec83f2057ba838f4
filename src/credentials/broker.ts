import type { Credential } from '../config/profile.ts';
import { UserError } from '../errors.ts';
import type { KeptSecret } from '../network/keeper/protocol.ts';
import { AWS_KEY, isKeyPart } from '../providers/aws.ts';
import { hostsOfHeader, hostsOfName, type KnownHosts } from './brokerHosts.ts';
import { brokerOf } from './inBox.ts';
import { placeholderFor } from './placeholder.ts';
import type { CredentialRequest, Resolved } from './resolved.ts';

/** How a credential is to be delivered, and how a newer value of it is got. */
export interface Wanted extends Pick<Credential, 'deliver' | 'hosts'> {
  readonly renew?: KeptSecret['renew'];
}

/** As the configuration of a credential that says nothing. */
export const AUTO: Wanted = { deliver: 'auto', hosts: undefined };

/**
 * A credential for the gateway to put in, where that is wanted and possible; else as it was, with the reason. Throws
 * UserError('credentials') where `deliver: broker` is asked for and impossible. Pure but for the random placeholder.
 */
export function brokering(found: Resolved, { deliver, hosts, renew }: Wanted, request: CredentialRequest): Resolved {
  if (found.delivery !== 'env' && found.delivery !== 'header') return found;
  const isGateway = request.profile.network === 'gateway';
  if (deliver === 'env' || (!isGateway && deliver !== 'broker')) return found;
  const byName = found.delivery === 'header' ? hostsOfHeader(request) : hostsOfName(found.name, request);
  const known: KnownHosts = hosts === undefined ? byName : { hosts };
  const why = isGateway
    ? hindrance(found.value, known)
    : `it needs network: gateway, and this run has ${request.profile.network}`;
  if (why === undefined && 'hosts' in known) {
    return { ...found, broker: { placeholder: placeholderFor(found.value), hosts: known.hosts, renew } };
  }
  if (deliver !== 'broker') return { ...found, unbrokered: why };
  throw new UserError('credentials', `${found.name} cannot be delivered by the broker`, {
    ...(why === undefined ? {} : { why }),
    next: [`in config.yaml, ${found.name}: hosts: [host.name]`, `or ${found.name}: deliver: env`],
  });
}

function hindrance(value: string, known: KnownHosts): string | undefined {
  if ('why' in known) return known.why;
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value) ? undefined : 'its value fits into no header';
}

/**
 * The credentials of a run, with every key of AWS brokered whole or not at all, and a line for each that could have been
 * brokered and was not. Pure.
 */
export function settleBrokered(credentials: readonly Resolved[]): {
  readonly credentials: readonly Resolved[];
  readonly notices: readonly string[];
} {
  const parts = credentials.filter(({ name }) => isKeyPart(name));
  const isWhole = AWS_KEY.slice(0, 2).every((name) => parts.some((one) => one.name === name));
  const asOne = isWhole && parts.every((part) => brokerOf(part) !== undefined);
  const settled = asOne ? credentials : credentials.map((one) => (isKeyPart(one.name) ? unbrokered(one) : one));
  const notices = settled.flatMap((one) => {
    const why = 'unbrokered' in one ? one.unbrokered : undefined;
    return why === undefined ? [] : [`${one.name} goes into the box as it is: ${why}`];
  });
  return { credentials: settled, notices };
}

function unbrokered(one: Resolved): Resolved {
  if (one.delivery !== 'env' || one.broker === undefined) return one;
  return { ...one, broker: undefined, unbrokered: 'not all parts of the key are brokered' };
}
