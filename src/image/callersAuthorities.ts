import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Context } from '../context.ts';
import { hostAuthorities } from './hostCas.ts';

/**
 * The authorities (PEM) that the caller's NODE_EXTRA_CA_CERTS adds to those that node knows by itself and those that are in
 * the images already; empty without any, and when the file cannot be read. What is no certificate is found out by who reads it.
 */
export async function callersAuthorities(env: Context['env']): Promise<string> {
  const file = env['NODE_EXTRA_CA_CERTS'];
  if (!file) return '';
  const [own, ofHost] = await Promise.all([readFile(file, 'latin1').catch(() => ''), hostAuthorities()]);
  const known = new Set([...Object.values(ofHost), ...rootCertificates].map(body));
  const blocks = own.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.filter((block) => !known.has(body(block))).join('\n');
}

/** A certificate without the line breaks, which every program sets as it likes. */
function body(pem: string): string {
  return pem.replace(/\s+/g, '');
}
