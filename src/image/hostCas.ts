import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Where Debian's and Red Hat's families keep the authorities that the administrator added. */
const AUTHORITY_DIRS: readonly string[] = ['/usr/local/share/ca-certificates', '/etc/pki/ca-trust/source/anchors'];

/**
 * The certificates in `dirs`, by a file name made of their fingerprint: sorted, each once. What is no PEM certificate
 * (a private key beside one, a broken file) is left out, and so is a directory that is not there.
 */
export async function hostAuthorities(dirs = AUTHORITY_DIRS): Promise<Readonly<Record<string, string>>> {
  const texts = await Promise.all(dirs.map(textsIn));
  return authoritiesIn(texts.flat().join('\n'));
}

/** The certificates of a text, by the same names. */
export function authoritiesIn(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    certificatesIn(text)
      .map((pem): [string, string] => [nameOf(pem), pem])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

async function textsIn(dir: string): Promise<readonly string[]> {
  // Debian reads the directory's subdirectories too.
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => !entry.isDirectory() && /\.(crt|pem|cer)$/.test(entry.name));
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1').catch(() => '')));
}

function certificatesIn(text: string): readonly string[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return blocks.flatMap((block) => {
    try {
      return [new X509Certificate(block).toString()];
    } catch {
      return [];
    }
  });
}

function nameOf(pem: string): string {
  return `${new X509Certificate(pem).fingerprint256.replaceAll(':', '').slice(0, 16).toLowerCase()}.crt`;
}
