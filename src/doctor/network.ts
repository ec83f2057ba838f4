import { readFile } from 'node:fs/promises';
import { authoritiesIn } from '../image/hostCas.ts';
import { isLocal, proxiesOf } from '../image/hostNetwork.ts';
import type { DoctorFacts } from './facts.ts';

type Env = Readonly<Record<string, string | undefined>>;

const PROXY = /^(https?|all)_proxy$/i;
/** Variables by which programs are told of further authorities. */
const AUTHORITIES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];
/** What images have anyway: the usual authorities of Debian's and Red Hat's families. */
const USUAL = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/** The proxy variables that are set, without their values. Pure. */
export function proxyFacts(env: Env): DoctorFacts['proxies'] {
  const used = proxiesOf(env);
  return Object.entries(env).flatMap(([name, value]) => {
    if (!value || !PROXY.test(name)) return [];
    const address = value.includes('://') ? value : `http://${value}`;
    const password = URL.canParse(address) && new URL(address).password !== '';
    return [{ name, local: !(name in used) && isLocal(value), password }];
  });
}

/** The variables that name a file with an authority that neither images have anyway nor `taken` brings. */
export async function missedAuthorities(
  env: Env,
  taken: Readonly<Record<string, string>>,
): Promise<DoctorFacts['missedAuthorities']> {
  const read = (path: string) => readFile(path, 'latin1').catch(() => '');
  const usual = authoritiesIn((await Promise.all(USUAL.map(read))).join('\n'));
  const missed = await Promise.all(
    AUTHORITIES.map(async (variable) => {
      const file = env[variable];
      if (!file || USUAL.includes(file)) return [];
      const names = Object.keys(authoritiesIn(await read(file)));
      return names.every((name) => name in usual || name in taken) ? [] : [{ variable, file }];
    }),
  );
  return missed.flat();
}
