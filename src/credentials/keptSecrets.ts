import type { KeptSecret } from '../network/keeper/protocol.ts';
import { AWS_KEY, isKeyPart } from '../providers/aws.ts';
import { brokerOf } from './inBox.ts';
import type { Resolved } from './resolved.ts';

/** The brokered credentials of a run as keeper and gateway have them; the parts of a key of AWS are one that signs. Pure. */
export function keptSecrets(credentials: readonly Resolved[]): readonly KeptSecret[] {
  const [id, secret, session] = AWS_KEY.map((part) => credentials.find(({ name }) => name === part));
  return credentials.flatMap((one): KeptSecret[] => {
    const broker = brokerOf(one);
    if (broker === undefined || one.delivery === 'kept') return [];
    const { placeholder, hosts, tokenHost, renew } = broker;
    const kept = { name: one.name, placeholder, hosts, tokenHost, renew, expires: one.expires };
    if (!isKeyPart(one.name)) return [{ ...kept, value: one.value }];
    if (one !== id) return [];
    const sign = { kind: 'sigv4', accessKeyId: one.value, sessionToken: secretOf(session) } as const;
    return [{ ...kept, value: secretOf(secret) ?? '', sign }];
  });
}

const secretOf = (one: Resolved | undefined) => (one === undefined || one.delivery === 'kept' ? undefined : one.value);
