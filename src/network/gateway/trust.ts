import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

let made: { readonly authorities: string; readonly context: SecureContext } | undefined;

/**
 * What a server's certificate is checked against: the usual authorities and this machine's (PEM). Reading them all takes
 * long, so it is done once for each set.
 */
export function trustOf(authorities: string): SecureContext {
  if (made?.authorities !== authorities) {
    const ca = authorities === '' ? [...rootCertificates] : [...rootCertificates, authorities];
    made = { authorities, context: createSecureContext({ ca }) };
  }
  return made.context;
}
