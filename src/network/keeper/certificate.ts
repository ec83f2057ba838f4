import { Validity } from '@peculiar/asn1-x509';
import { newAuthority } from './authority.ts';
import { hostCertificate } from './hostCertificate.ts';

const DAY = 24 * 3600 * 1000;

/** A certificate for some hosts, and the authority that a box trusts it by; all PEM. */
export interface Authority {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/**
 * Makes an authority that can speak for these hosts alone, and one certificate by it for all of them. The authority's key is
 * forgotten at once, so nobody can make a second. Hosts are names or addresses (IPv6 with or without brackets), without
 * ports. Valid from a day before `now` for 90 days.
 */
export async function makeAuthority(hosts: readonly string[], now: Date): Promise<Authority> {
  const names = hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1'));
  const notBefore = now.getTime() - DAY;
  const validity = new Validity({ notBefore: new Date(notBefore), notAfter: new Date(notBefore + 90 * DAY) });
  const authority = newAuthority(names, validity);
  return { authority: authority.certificate, ...hostCertificate(names, authority, validity) };
}
