import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { hostAuthorities } from '../../../src/image/hostCas.ts';

const [one = '', two = '', three = ''] = rootCertificates;
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'agentbox-cas-'));
});
afterEach(() => rm(dir, { recursive: true }));

const normal = (pem: string) => new X509Certificate(pem).toString().trim();
const found = async (...dirs: string[]) =>
  Object.values(await hostAuthorities(dirs))
    .map(normal)
    .sort();

it('finds every certificate once, whatever its file is called, in the same order each time', async () => {
  await mkdir(join(dir, 'sub'));
  await writeFile(join(dir, 'a.crt'), `${one}\n${two}\n`);
  await writeFile(join(dir, 'sub', 'b.pem'), three);
  await writeFile(join(dir, 'c.crt'), one);
  await symlink(join(dir, 'a.crt'), join(dir, 'd.crt'));
  expect(await found(dir, join(dir, 'sub'))).toEqual([one, two, three].map(normal).sort());
  const names = Object.keys(await hostAuthorities([dir]));
  expect(names).toEqual([...names].sort());
  for (const name of names) expect(name).toMatch(/^[0-9a-f]{16}\.crt$/);
});

it('leaves out what is no certificate', async () => {
  await writeFile(join(dir, 'a.crt'), 'not PEM at all');
  await writeFile(join(dir, 'b.crt'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  await writeFile(join(dir, 'c.crt'), `-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n${one}`);
  await writeFile(join(dir, 'README'), two);
  await symlink('/nowhere', join(dir, 'd.crt'));
  await mkdir(join(dir, 'e.crt'));
  expect(await found(dir)).toEqual([normal(one)]);
});

it('finds nothing where there is no such directory', async () => {
  expect(await hostAuthorities([join(dir, 'none')])).toEqual({});
});
