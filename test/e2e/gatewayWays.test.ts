import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallersSshAgent, startCallersSshAgent } from './support/callersSshAgent.ts';
import { leaks, plainCanary } from './support/canary.ts';
import { type CompanyProxy, startCompanyProxy } from './support/companyProxy.ts';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { type StayingBox, stayingBox } from './support/gatewayLab.ts';
import { gatewayIds } from './support/gateways.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { type LabNetwork, makeLabNetwork } from './support/labNetwork.ts';
import { containerPlaces } from './support/places.ts';
import { watchProcesses } from './support/processes.ts';
import { type Sshd, startSshd } from './support/sshd.ts';
import { startWayHosts, type WayHosts } from './support/wayHosts.ts';

const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';
const CASES = gatewayGrounds()
  .filter(({ gvisor }) => ALL || !gvisor)
  .map((ground) => [ground.name, ground] as const);
const INSIDE = fileURLToPath(new URL('support/insideWays.mjs', import.meta.url));
const PIP = '/usr/lib/python3/dist-packages/pip';
const VALUE = 'value-of-the-secret-0123456789abcdef';
const HOSTS = { 'good.lab.test': 10, 'api.lab.test': 11, 'around.lab.test': 12 };
const [SSHD, PROXY] = [20, 21] as const;

describe.each(CASES)('ways through the gateway on %s', (_, ground) => {
  let network: LabNetwork;
  let lab: Lab;
  let hosts: WayHosts;
  let agent: CallersSshAgent;
  let sshd: Sshd;
  const flags = (client: string) => [
    ...[...ground.flags, '--client', client],
    ...['--engine-arg', `dns=${network.dns.address}`],
  ];

  beforeAll(async () => {
    network = await makeLabNetwork();
    hosts = await startWayHosts(network, HOSTS);
    network.take(network.address(SSHD));
    network.take(network.address(PROXY));
    for (const name of ['git.lab.test', 'unknown.lab.test']) network.names.set(name, [network.address(SSHD)]);
    lab = makeLab(ground);
    lab.write(join(lab.home, 'keep/token'), VALUE);
    const token = { file: join(lab.home, 'keep/token'), hosts: ['api.lab.test'], deliver: 'broker' };
    const client = (allow: readonly string[], more: object) => ({
      ...{ agent: 'shell', network: 'gateway', allow, ...more },
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
    });
    const { lowerHalf } = network;
    const ssh = ['git.lab.test:22', 'git.lab.test:2222', 'unknown.lab.test:22', `${lowerHalf}:22`, `${lowerHalf}:2222`];
    const credentials = { LAB_TOKEN: token };
    const clients = {
      direct: client(['good.lab.test', 'api.lab.test', lowerHalf], { proxy: 'none', credentials }),
      corp: client([...Object.keys(HOSTS), lowerHalf], { credentials }),
      git: client(ssh, { ssh_agent: true }),
      web: client(['git.lab.test', lowerHalf], { ssh_agent: true }),
    };
    lab.config(JSON.stringify({ clients }));
    agent = startCallersSshAgent(lab);
    sshd = await startSshd(network.address(SSHD), [22, 2222], agent.publicKey);
    const known = join(lab.home, '.ssh/known_hosts');
    lab.write(known, sshd.known('git.lab.test') + sshd.known('git.globex.test'));
    expect(spawnSync('ssh-keygen', ['-H', '-f', known]).status).toBe(0);
    const others = sshd.known('[git.lab.test]:2222,[git.globex.test]:2222');
    lab.write(known, readFileSync(known, 'utf8') + others);
  });
  afterAll(async () => {
    agent?.close();
    sshd?.close();
    lab?.close();
    hosts?.close();
    await network?.close();
  });

  const websocket = async (box: StayingBox, ...args: readonly string[]) => {
    const { stdout, stderr } = await box.run(['node', '/workspace/insideWays.mjs', ...args], 30_000);
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout) as object;
  };
  const boxOf = async (client: string, env: Readonly<Record<string, string>>) => {
    const box = await stayingBox(lab, { ...network.env, ...env }, flags(client), client);
    copyFileSync(INSIDE, join(lab.dir, 'work', client, 'insideWays.mjs'));
    return box;
  };
  const said = (authorization: string) => ({
    ...{ heard: [`authorization: ${authorization}`, 'hello', 200_000], code: 1000, wasClean: true },
  });

  const run = (client: string, script: string, env: Readonly<Record<string, string>> = {}) =>
    lab.agentbox(['run', '.', ...flags(client), '--', 'bash', '-c', script], {
      env: { ...network.env, ...agent.env, ...env },
    });
  describe('ssh', () => {
    const commit = 'git -c user.name=box -c user.email=box@lab.test commit -q --allow-empty -m';

    it('git clones and pushes at port 22 and at another, and is asked nothing of the host', async () => {
      const script = `set -e; cd /tmp
        git clone -q ${sshd.url('git.lab.test')} one; cd one; ${commit} 'by port 22'; git push -q
        git clone -q ${sshd.url('git.lab.test', 2222)} ../two; cd ../two; ${commit} 'by port 2222'; git push -q`;
      const ended = await run('git', script);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      expect(sshd.git('log', '--format=%an: %s', 'main')).toBe('box: by port 2222\nbox: by port 22\nlab: first\n');
    });

    it('the box is told of no other host that the user knows', async () => {
      const { stdout } = await run('git', 'cat ~/.ssh/known_hosts');
      expect(stdout).toMatch(/^\|1\|\S+ ssh-ed25519 \S+\n\[git\.lab\.test\]:2222 ssh-ed25519 \S+\n$/);
    });

    it('a host whose key the user does not know is not gone to', async () => {
      const ended = await run('git', `git clone -q ${sshd.url('unknown.lab.test')} /tmp/one`);
      expect(ended).toMatchObject({ code: 128, stderr: expect.stringContaining('Host key verification failed') });
    });

    it('is refused in the gateway’s words without a rule for the port', async () => {
      const ended = await run('web', `echo ~/.ssh/*; git clone -q ${sshd.url('git.lab.test')} /tmp/one`);
      expect(ended).toMatchObject({ code: 128, stdout: '/home/agent/.ssh/config\n' });
      expect(ended.stderr).toContain('agentbox: git.lab.test port 22 is refused: no rule allows it.');
      expect(ended.stderr).toContain('agentbox net allow git.lab.test:22');
    });
  });

  describe('without a proxy', () => {
    let box: StayingBox;
    beforeAll(async () => {
      box = await boxOf('direct', {});
      cpSync(PIP, join(lab.dir, 'work/direct/tools/pip'), {
        recursive: true,
        filter: (path) => !path.includes('__pycache__'),
      });
    });

    const at = 'https://good.lab.test';
    it.each([
      ['curl', `curl -sS ${at}/by-curl`, 'lab says /by-curl\n'],
      ['git', `git clone -q ${at}/repository.git /tmp/cloned && git -C /tmp/cloned log --format=%s`, 'first\n'],
      [
        'urllib of Python',
        `python3 -c 'from urllib.request import urlopen; print(urlopen("${at}/by-python").read().decode(), end="")'`,
        'lab says /by-python\n',
      ],
      [
        'npm',
        `cd /tmp && npm install --silent --registry ${at}/ lab-package && cat node_modules/lab-package/package.json`,
        '{"name":"lab-package","version":"1.0.0"}',
      ],
      [
        'pip',
        `PYTHONPATH=/workspace/tools python3 -m pip install -q --target /tmp/py --index-url ${at}/simple lab-wheel && PYTHONPATH=/tmp/py python3 -m lab_wheel`,
        'the wheel is here\n',
      ],
    ])('%s works by the variables of the box alone', async (_, script, wanted) => {
      const ended = await box.run(['bash', '-c', script]);
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: wanted });
    });

    it('a websocket goes through with TLS and without', async () => {
      expect(await websocket(box, 'websocket', 'wss://good.lab.test/talk')).toEqual(said('none'));
      expect(await websocket(box, 'websocket', 'ws://good.lab.test/talk')).toEqual(said('none'));
      const heard = { status: 101, said: 'authorization: none' };
      expect(await websocket(box, 'upgrade', 'http://good.lab.test/talk')).toEqual(heard);
    });

    it('a websocket gets the secret of a brokered host in the place of its placeholder', async () => {
      const bearer = `Bearer ${box.placeholder}`;
      expect(await websocket(box, 'websocket', 'wss://api.lab.test/talk', bearer)).toEqual(said(`Bearer ${VALUE}`));
      expect(await websocket(box, 'websocket', 'wss://good.lab.test/talk', bearer)).toEqual(said(bearer));
    });
  });

  describe('through a company’s proxy with a login', () => {
    const canary = plainCanary('password');
    const password = `of_the.company-${canary.value}`;
    let proxy: CompanyProxy;
    let box: StayingBox;
    let seen: ReturnType<ReturnType<typeof watchProcesses>['stop']>;
    let env: Readonly<Record<string, string>>;
    beforeAll(async () => {
      const where = { address: network.address(PROXY), port: 3128 };
      const names = Object.fromEntries(
        Object.entries({ ...HOSTS, 'git.lab.test': SSHD }).map(([name, last]) => [name, network.address(last)]),
      );
      proxy = await startCompanyProxy({ ...where, user: 'ann', password, names });
      const url = `http://ann:${password.replaceAll('_', '%5F')}@${where.address}:${where.port}`;
      env = { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: 'around.lab.test' };
      const watch = watchProcesses();
      box = await boxOf('corp', env);
      await box.ask('https://good.lab.test/first');
      seen = watch.stop();
    });
    afterAll(() => proxy?.close());

    it('HTTPS, plain HTTP, a brokered key and websockets go that way', async () => {
      const bearer = `Authorization: Bearer ${box.placeholder}`;
      expect(await box.ask('https://good.lab.test/tls')).toBe('lab says /tls\n');
      expect(await box.ask('http://good.lab.test/plain')).toBe('lab says /plain\n');
      expect(await box.ask('https://api.lab.test/key', '-H', bearer)).toBe('lab says /key\n');
      expect(await websocket(box, 'websocket', 'wss://good.lab.test/talk')).toEqual(said('none'));
      expect(await websocket(box, 'websocket', 'ws://good.lab.test/talk')).toEqual(said('none'));
      expect(hosts.asked).toContain(`api.lab.test /key Bearer ${VALUE}`);
      const log = proxy.log();
      for (const asked of [
        'CONNECT good.lab.test:443 ',
        'GET http://good.lab.test/plain ',
        'CONNECT api.lab.test:443 ',
      ]) {
        expect(log).toContain(asked);
      }
    });

    it('ssh goes that way too', async () => {
      const ended = await run('git', `git ls-remote -q ${sshd.url('git.lab.test')}`, env);
      expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('refs/heads/main') });
      expect(proxy.log()).toContain('CONNECT git.lab.test:22 ');
    });

    it('what NO_PROXY names goes around it', async () => {
      expect(await box.ask('https://around.lab.test/x')).toBe('lab says /x\n');
      expect(proxy.log()).not.toContain('around.lab.test');
    });

    it('its password is in no box, no command line, no container’s configuration and no answer of net show', async () => {
      const shown = await lab.agentbox(['net', 'show', '--client', 'corp', ...ground.flags.slice(0, 2)], {
        env: { ...network.env, ...env },
      });
      expect(shown, shown.stderr).toMatchObject({ code: 0 });
      const environment = await box.run(['bash', '-c', 'env; cat /proc/[0-9]*/{environ,cmdline} 2>/dev/null; true']);
      const places = [box.name, ...gatewayIds(lab)].flatMap((name) =>
        [...containerPlaces({ ...lab, ground: { ...ground, gvisor: false } }, name)].map(
          ([place, content]) => [`${name}: ${place}`, content] as const,
        ),
      );
      const all = new Map([
        ...places,
        ...seen.map(({ pid, argv }) => [`argv of ${pid}`, argv] as const),
        ['net show', Buffer.from(shown.stdout + shown.stderr)],
        ['environment', Buffer.from(environment.stdout)],
      ]);
      expect(leaks(all, [canary])).toEqual([]);
      const ofCallers = new Map(seen.map(({ pid, environ }) => [`environ of ${pid}`, environ]));
      expect(leaks(ofCallers, [canary]), 'the search finds it where it is').not.toEqual([]);
    });

    it('one that is down is told as what is in the way', async () => {
      await proxy.stop();
      const brokered = await box.ask('https://api.lab.test/x');
      expect(brokered).toContain(
        "agentbox: api.lab.test port 443 is refused: there is no way through the company's proxy.",
      );
      expect(brokered).toMatch(/cannot be reached .*ECONNREFUSED/);
      expect(await box.ask('http://good.lab.test/x')).toMatch(/good\.lab\.test .* no way through the company's proxy/);
      expect(await box.ask('https://good.lab.test/x', '-i')).toContain('(agentbox: upstream)');
      expect(await box.ask('https://around.lab.test/y')).toBe('lab says /y\n');
    });
  });
});
