import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { Validity } from '@peculiar/asn1-x509';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newAuthority } from '../../../../src/network/keeper/authority.ts';
import { makeAuthority } from '../../../../src/network/keeper/certificate.ts';
import { hostCertificate } from '../../../../src/network/keeper/hostCertificate.ts';

const HOSTS = ['api.example.test', 'localhost', '127.0.0.1', '[::1]'];
const now = new Date();
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agentbox-certificate-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a program says, and whether it is content. */
async function run(...argv: readonly [string, ...string[]]): Promise<{ ok: boolean; said: string }> {
  const [file, ...args] = argv;
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { timeout: 20_000 });
    return { ok: true, said: stdout + stderr };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { ok: false, said: `${stdout}${stderr}` || String(error) };
  }
}

async function files(made: { authority: string; certificate: string }): Promise<[string, string]> {
  const name = join(folder, new X509Certificate(made.certificate).serialNumber);
  await writeFile(`${name}.ca`, made.authority);
  await writeFile(`${name}.pem`, made.certificate);
  return [`${name}.ca`, `${name}.pem`];
}

describe('the authority of a box', () => {
  test('openssl takes the certificate for each of its hosts, by the strict rules, and for no other', async () => {
    const [ca, leaf] = await files(await makeAuthority(HOSTS, now));
    const verify = (...how: string[]) => run('openssl', 'verify', '-x509_strict', ...how, '-CAfile', ca, leaf);
    for (const host of ['api.example.test', 'localhost']) {
      expect(await verify('-verify_hostname', host)).toMatchObject({ ok: true });
    }
    for (const address of ['127.0.0.1', '::1']) {
      expect(await verify('-verify_ip', address)).toMatchObject({ ok: true });
    }
    expect(await verify('-verify_hostname', 'other.example.test')).toMatchObject({ ok: false });
  });

  test('counts from the day before for 90 days, with a key on P-256 and another serial number each time', async () => {
    const [one, two] = [await makeAuthority(HOSTS, now), await makeAuthority(HOSTS, now)];
    for (const pem of [one.authority, one.certificate]) {
      const { validFrom, validTo, publicKey } = new X509Certificate(pem);
      expect(now.getTime() - Date.parse(validFrom)).toBeGreaterThan(23 * 3600 * 1000);
      expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(90 * 24 * 3600 * 1000);
      expect(publicKey.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
    }
    const serials = [one, two].flatMap(({ authority, certificate }) => [authority, certificate]);
    expect(new Set(serials.map((pem) => new X509Certificate(pem).serialNumber)).size).toBe(4);
  });

  test('gives out one key, which is not the key of the authority', async () => {
    const made = await makeAuthority(HOSTS, now);
    expect(Object.keys(made).sort()).toEqual(['authority', 'certificate', 'key']);
    const { createPrivateKey } = await import('node:crypto');
    const key = createPrivateKey(made.key);
    expect(new X509Certificate(made.certificate).checkPrivateKey(key)).toBe(true);
    expect(new X509Certificate(made.authority).checkPrivateKey(key)).toBe(false);
  });

  const validity = () =>
    new Validity({ notBefore: new Date(now.getTime() - 3600_000), notAfter: new Date(now.getTime() + 3600_000) });

  test.each([
    [['api.example.test'], ['other.test'], 'a name for another name'],
    [['api.example.test'], ['example.test'], 'a name for the domain above it'],
    [['api.example.test'], ['127.0.0.1'], 'a name for an address'],
    [['api.example.test'], ['::1'], 'a name for an IPv6 address'],
    [['127.0.0.1'], ['localhost'], 'an address for a name'],
    [['api.example.test'], ['api.example.test', 'other.test'], 'a name for that name and another'],
  ])('what it signed for %j is refused for %j', async (mine, theirs) => {
    const signer = newAuthority(mine, validity());
    const right = hostCertificate(mine, signer, validity());
    const wrong = hostCertificate(theirs, signer, validity());
    const verify = async ({ certificate }: { certificate: string }) => {
      const [ca, leaf] = await files({ authority: signer.certificate, certificate });
      return run('openssl', 'verify', '-x509_strict', '-CAfile', ca, leaf);
    };
    expect(await verify(right)).toMatchObject({ ok: true });
    const refused = await verify(wrong);
    expect(refused.ok).toBe(false);
    expect(refused.said).toMatch(/permitted subtree violation|excluded subtree violation/);
  });

  test('node refuses at the handshake what the authority signed for another name', async () => {
    const signer = newAuthority(['api.example.test'], validity());
    const { key, certificate } = hostCertificate(['other.test'], signer, validity());
    await withServer({ key, certificate }, async (port) => {
      const socket = connect({ port, host: '127.0.0.1', servername: 'other.test', ca: signer.certificate });
      const [error] = await once(socket, 'error');
      expect(String(error)).toMatch(/permitted subtree violation/);
    });
  });
});

test('node, curl and python reach a server with the certificate, and only with its authority', async () => {
  const { authority, key, certificate } = await makeAuthority(HOSTS, now);
  const [ca] = await files({ authority, certificate });
  await withServer({ key, certificate }, async (port) => {
    for (const host of ['localhost', '127.0.0.1']) {
      const url = `https://${host}:${port}/`;
      const node = `fetch(${JSON.stringify(url)}).then(async r => console.log(await r.text()), e => { throw e.cause; })`;
      const python = `import sys,ssl,urllib.request as u;print(u.urlopen(${JSON.stringify(url)},context=ssl.create_default_context(cafile=sys.argv[1] or None)).read().decode())`;
      const clients = (file: string): readonly (readonly [string, ...string[]])[] => [
        ['env', `NODE_EXTRA_CA_CERTS=${file}`, process.execPath, '-e', node],
        ['curl', '-sS', ...(file === '' ? [] : ['--cacert', file]), url],
        ['python3', '-c', python, file],
      ];
      for (const client of clients(ca))
        expect(await run(...client)).toMatchObject({ ok: true, said: expect.stringContaining('hello') });
      for (const client of clients('')) expect(await run(...client)).toMatchObject({ ok: false });
    }
  });
}, 60_000);

async function withServer(
  { key, certificate }: { key: string; certificate: string },
  use: (port: number) => Promise<void>,
): Promise<void> {
  const server = createServer({ key, cert: certificate }, (_, response) => response.end('hello'));
  server.on('tlsClientError', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
