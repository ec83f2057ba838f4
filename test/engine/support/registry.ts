import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';

/** A registry on localhost with one image, behind a password. */
export interface Registry {
  /** `127.0.0.1:40001`. */
  readonly host: string;
  readonly image: string;
  close(): Promise<void>;
}

/** Serves one small image to whoever knows `login` (`user:password`). */
export async function registry(login: string): Promise<Registry> {
  const tar = Buffer.from(await packTar([{ header: { name: 'hello', size: 2, type: 'file' }, body: 'hi' }]));
  const layer = blob(gzipSync(tar));
  const config = blob({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: ['FROM_REGISTRY=yes'] },
    rootfs: { type: 'layers', diff_ids: [digest(tar)] },
  });
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = blob({
    schemaVersion: 2,
    mediaType: type,
    config: { ...config.descriptor, mediaType: 'application/vnd.docker.container.image.v1+json' },
    layers: [{ ...layer.descriptor, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
  });
  const server = createServer((request, response) => {
    if (request.headers.authorization !== `Basic ${Buffer.from(login).toString('base64')}`) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const path = request.url ?? '';
    const found = [layer, config, manifest].find(({ descriptor }) => path.endsWith(descriptor.digest));
    const wanted = path.endsWith('/manifests/1') ? manifest : found;
    if (wanted === undefined) {
      response.writeHead(path === '/v2/' ? 200 : 404).end();
      return;
    }
    const { digest: id, size } = wanted.descriptor;
    const contentType = wanted === manifest ? type : 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': contentType, 'Content-Length': size, 'Docker-Content-Digest': id });
    response.end(request.method === 'HEAD' ? undefined : wanted.bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections());
  return { host, image: `${host}/test/image:1`, close };
}

function blob(content: Buffer | object): { bytes: Buffer; descriptor: { digest: string; size: number } } {
  const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content));
  return { bytes, descriptor: { digest: digest(bytes), size: bytes.length } };
}

function digest(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
