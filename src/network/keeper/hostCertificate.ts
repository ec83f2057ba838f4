import { generateKeyPairSync } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/asn1-x509';
import type { Signer } from './authority.ts';
import { extension, keyIdOf, nameOf, signedCertificate } from './x509.ts';

/** A new key and one certificate for all these names and addresses; PEM. */
export function hostCertificate(
  hosts: readonly string[],
  signer: Signer,
  validity: x509.Validity,
): { readonly certificate: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = hosts.map((host) => new x509.GeneralName(isIP(host) === 0 ? { dNSName: host } : { iPAddress: host }));
  const certificate = signedCertificate({
    ...{ issuer: signer.name, validity, publicKey, signedBy: signer.key },
    // Not the name of a host: a common name counts where it looks like one, and has no room for a long one.
    subject: nameOf('agentbox brokered hosts'),
    extensions: [
      extension(x509.id_ce_basicConstraints, new x509.BasicConstraints({ cA: false }), 'critical'),
      extension(x509.id_ce_keyUsage, new x509.KeyUsage(x509.KeyUsageFlags.digitalSignature), 'critical'),
      extension(x509.id_ce_extKeyUsage, new x509.ExtendedKeyUsage([x509.id_kp_serverAuth])),
      extension(x509.id_ce_subjectAltName, new x509.SubjectAlternativeName(names)),
      extension(x509.id_ce_subjectKeyIdentifier, new x509.SubjectKeyIdentifier(keyIdOf(publicKey))),
      extension(
        x509.id_ce_authorityKeyIdentifier,
        new x509.AuthorityKeyIdentifier({ keyIdentifier: new x509.KeyIdentifier(signer.keyId) }),
      ),
    ],
  });
  return { certificate, key: `${privateKey.export({ type: 'pkcs8', format: 'pem' })}` };
}
