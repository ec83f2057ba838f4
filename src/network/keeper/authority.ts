import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/asn1-x509';
import { extension, keyIdOf, nameOf, signedCertificate } from './x509.ts';

/** An authority that can sign. */
export interface Signer {
  /** PEM. */
  readonly certificate: string;
  readonly name: x509.Name;
  readonly keyId: ArrayBuffer;
  readonly key: KeyObject;
}

/** A new authority whose certificates count for these hosts alone (and, as the standard has it, for names below them). */
export function newAuthority(hosts: readonly string[], validity: x509.Validity): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [name, keyId] = [nameOf('agentbox'), keyIdOf(publicKey)];
  const certificate = signedCertificate({
    ...{ issuer: name, subject: name, validity, publicKey, signedBy: privateKey },
    extensions: [
      extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: true, pathLenConstraint: 0 }), 'critical'),
      extension(x509.id_ce_keyUsage, new x509.KeyUsage(x509.KeyUsageFlags.keyCertSign), 'critical'),
      extension(x509.id_ce_nameConstraints, onlyFor(hosts), 'critical'),
      extension(x509.id_ce_subjectKeyIdentifier, new x509.SubjectKeyIdentifier(keyId)),
    ],
  });
  return { certificate, name, keyId, key: privateKey };
}

/**
 * The names that certificates may have. A constraint on names says nothing of addresses, so where there is none these are ruled
 * out whole; where there is one they are left open, since some programs (BoringSSL) refuse a certificate for an address by an
 * authority with any word on addresses.
 */
function onlyFor(hosts: readonly string[]): x509.NameConstraints {
  const names = hosts.filter((host) => isIP(host) === 0).map((dNSName) => ({ dNSName }));
  const excluded = [
    ...(names.length === hosts.length ? [{ iPAddress: '0.0.0.0/0' }, { iPAddress: '::/0' }] : []),
    ...(names.length === 0 ? [{ dNSName: '' }] : []),
  ];
  return new x509.NameConstraints({
    ...(names.length === 0 ? {} : { permittedSubtrees: subtrees(names) }),
    ...(excluded.length === 0 ? {} : { excludedSubtrees: subtrees(excluded) }),
  });
}

function subtrees(names: readonly Partial<x509.GeneralName>[]): x509.GeneralSubtrees {
  return new x509.GeneralSubtrees(names.map((name) => new x509.GeneralSubtree({ base: new x509.GeneralName(name) })));
}
