import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate authority of a test's own. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** A key and a certificate of this authority for names and addresses, PEM. */
  issue(names: readonly string[]): { readonly key: string; readonly cert: string };
  close(): void;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority in a folder of its own, which goes with close(). Needs `openssl`. */
export function makeAuthority(): Authority {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-authority-'));
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: dir, stdio: 'pipe', timeout: 60_000 });
  const read = (name: string) => readFileSync(join(dir, name), 'utf8');
  const ca = ['-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=agentbox lab authority'];
  openssl('req', '-x509', ...NEW_KEY, ...ca);
  let issued = 0;
  return {
    certificate: read('ca.pem'),
    issue(names) {
      const [key, request, cert, ext] = ['key', 'csr', 'pem', 'ext'].map((end) => `${issued}.${end}`) as Four;
      issued += 1;
      const alternatives = names.map((name) => (/^[\d.]+$|:/.test(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
      writeFileSync(join(dir, ext), `subjectAltName=${alternatives}\n`);
      openssl('req', ...NEW_KEY, '-keyout', key, '-out', request, '-subj', '/CN=lab host');
      const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', ext];
      openssl('x509', '-req', '-in', request, ...by, '-out', cert);
      return { key: read(key), cert: read(cert) };
    },
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}

type Four = [string, string, string, string];
