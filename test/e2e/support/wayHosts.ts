import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerWebsocket } from '../../stand-ins/websocketServer.ts';
import type { LabNetwork } from './labNetwork.ts';

/** Hosts with HTTPS and HTTP, websockets, and a package or repository for each usual tool. */
export interface WayHosts {
  /** What was asked: `host path authorization`. */
  readonly asked: readonly string[];
  close(): void;
}

/** Starts hosts by their names and the last numbers of their addresses; any other path than a file's answers `lab says PATH`. */
export async function startWayHosts(network: LabNetwork, hosts: Readonly<Record<string, number>>): Promise<WayHosts> {
  const dir = makePackages();
  const asked: string[] = [];
  const server = createServer(({ url = '', headers }, response) => {
    asked.push(`${headers.host} ${url} ${headers.authorization ?? 'none'}`);
    const path = url.replace(/\?.*/, '').replace(/\/$/, '');
    const file = join(dir, path);
    const isThere = path !== '' && !path.includes('..') && existsSync(file);
    const found = isThere && statSync(file).isDirectory() ? join(file, 'index.html') : file;
    // git asks for what a repository does not have, too.
    const status = path.startsWith('/repository.git/') && !isThere ? 404 : 200;
    response.writeHead(status, {
      'Content-Type': path.startsWith('/simple') ? 'text/html' : 'application/octet-stream',
    });
    response.end(isThere ? readFileSync(found) : `lab says ${path}\n`);
  });
  server.on('upgrade', answerWebsocket);
  for (const [name, last] of Object.entries(hosts)) {
    const address = network.address(last);
    network.names.set(name, [address]);
    await network.tls([name], { address, port: 443 }, (socket) => server.emit('connection', socket));
    await network.tcp({ address, port: 80 }, (socket) => server.emit('connection', socket));
  }
  return { asked, close: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A repository for git's dumb protocol, a registry of npm's with one package, an index of pip's with one wheel. */
function makePackages(): string {
  const dir = mkdtempSync(join(tmpdir(), 'agentbox-packages-'));
  const run = (file: string, ...args: readonly string[]) =>
    execFileSync(file, args, { cwd: dir, encoding: 'utf8', stdio: 'pipe', timeout: 30_000 }).trim();
  const write = (path: string, content: string) => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  const git = (...args: readonly string[]) => run('git', '--git-dir=repository.git', ...args);
  git('init', '-q', '--bare', '-b', 'main');
  const made = ['-c', 'user.name=lab', '-c', 'user.email=lab@lab.test', 'commit-tree', '-m', 'first'];
  git('update-ref', 'refs/heads/main', git(...made, git('mktree')));
  git('update-server-info');

  const name = 'lab-package';
  const version = '1.0.0';
  write('package/package.json', JSON.stringify({ name, version }));
  mkdirSync(join(dir, 'tarballs'));
  run('tar', '-czf', 'tarballs/lab-package-1.0.0.tgz', 'package');
  const tarball = 'https://good.lab.test/tarballs/lab-package-1.0.0.tgz';
  const versions = { [version]: { name, version, dist: { tarball } } };
  write(name, JSON.stringify({ name, 'dist-tags': { latest: version }, versions }));

  const info = 'lab_wheel-1.0.dist-info';
  write('lab_wheel.py', 'print("the wheel is here")\n');
  write(`${info}/METADATA`, 'Metadata-Version: 2.1\nName: lab-wheel\nVersion: 1.0\n');
  write(`${info}/WHEEL`, 'Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  write(`${info}/RECORD`, `lab_wheel.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`);
  mkdirSync(join(dir, 'simple/lab-wheel'), { recursive: true });
  const wheel = 'lab_wheel-1.0-py3-none-any.whl';
  run('python3', '-m', 'zipfile', '-c', `simple/lab-wheel/${wheel}`, 'lab_wheel.py', info);
  write('simple/lab-wheel/index.html', `<!DOCTYPE html><a href="/simple/lab-wheel/${wheel}">${wheel}</a>`);
  return dir;
}
