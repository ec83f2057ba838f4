import { afterEach, describe, expect, it } from 'vitest';
import { Resolution } from '../../../../src/network/gateway/resolve.ts';
import { Slots } from '../../../../src/network/gateway/slots.ts';
import { type DnsServer, type Records, startDnsServer } from '../../../stand-ins/dnsServer.ts';
import { ask, boxOf, connectTo, type RunningProxy, startProxy, wireTo, within } from './support/runningProxy.ts';
import { echo, type Listening } from './support/servers.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function dns(records: Records): Promise<DnsServer & { readonly at: string }> {
  // An address of its own, below the ports that are given out.
  const [some, port] = [1 + Math.floor(Math.random() * 250), 20_000 + Math.floor(Math.random() * 12_000)];
  const address = `127.${some}.${some}.1`;
  const server = await startDnsServer(address, records, port);
  closing.push(server.close);
  return { ...server, at: `${address}:${port}` };
}

async function running(): Promise<{ proxy: RunningProxy; server: Listening }> {
  const server = await echo();
  const proxy = startProxy({ resolveMs: 1200, attemptMs: 300, connectMs: 1000 });
  closing.push(server.close, proxy.close);
  return { proxy, server };
}

describe('names', () => {
  const names = (server: string) => ({ hosts: {}, dns: [server], slots: new Slots(4) });

  it('give all addresses, IPv4 first, and many questions at once are one', async () => {
    const server = await dns(({ type }) => (type === 'A' ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1']));
    const resolution = new Resolution(2000);
    const answers = await Promise.all([1, 2, 3].map(() => resolution.addresses('a.test', names(server.at))));
    for (const answer of answers) expect(answer).toEqual(['10.0.0.1', '10.0.0.2', 'fd00::1']);
    expect(server.asked.filter(({ type }) => type === 'A')).toHaveLength(1);
  });

  it('that do not exist, and servers that are silent, end in a refusal in time', async () => {
    const server = await dns(({ name }) => (name === 'none.test' ? undefined : 'never'));
    const resolution = new Resolution(500);
    await expect(resolution.addresses('none.test', names(server.at))).rejects.toMatchObject({ reason: 'unresolved' });
    await expect(within(resolution.addresses('slow.test', names(server.at)), 'late', 900)).rejects.toMatchObject({
      reason: expect.stringMatching(/timeout|unresolved/),
    });
  });

  it('of the box come before all servers, and addresses are asked of nobody', async () => {
    const resolution = new Resolution(500);
    const own = { hosts: { 'a.test': '10.9.9.9' }, dns: ['127.0.0.1:1'], slots: new Slots(1) };
    expect(await resolution.addresses('a.test', own)).toEqual(['10.9.9.9']);
    expect(await resolution.addresses('10.1.1.1', own)).toEqual(['10.1.1.1']);
    expect(await resolution.addresses('localhost', { ...own, dns: [] })).toContain('127.0.0.1');
  });
});

describe('a name that resolves to', () => {
  it('an address of this network is refused, and one that a rule names is not', async () => {
    const { proxy, server } = await running();
    const { at } = await dns(({ type }) => (type === 'A' ? ['127.0.0.1'] : []));
    await proxy.apply({ boxes: [boxOf([`a.test:${server.port}`], { dns: [at] })] });
    const answer = await ask(proxy.path(), connectTo(`a.test:${server.port}`));
    expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*refused-address/);
    expect(server.connections()).toBe(0);
    await proxy.apply({ boxes: [boxOf([`a.test:${server.port}`, `127.0.0.1:${server.port}`], { dns: [at] })] });
    const wire = wireTo(proxy.path());
    wire.write(connectTo(`a.test:${server.port}`));
    await wire.hears('200');
    wire.socket.destroy();
  });

  it('good and bad addresses is tried at the good ones alone, one after the other', async () => {
    const { proxy, server } = await running();
    const { at } = await dns(({ type }) => (type === 'A' ? ['127.0.0.9', '127.0.0.3', '127.0.0.1'] : []));
    const allowed = [`a.test:${server.port}`, `127.0.0.3:${server.port}`, `127.0.0.1:${server.port}`];
    await proxy.apply({ boxes: [boxOf(allowed, { dns: [at] })] });
    const wire = wireTo(proxy.path());
    wire.write(`${connectTo(`a.test:${server.port}`)}ping`);
    await wire.hears('ping');
    wire.socket.destroy();
  });

  it('something else at each question is dialled only where it was checked', async () => {
    const { proxy, server } = await running();
    let asked = 0;
    const { at } = await dns(({ type }) => {
      if (type !== 'A') return [];
      asked += 1;
      return [asked % 2 === 1 ? '192.0.2.1' : '127.0.0.1'];
    });
    await proxy.apply({ boxes: [boxOf([`*.a.test:${server.port}`], { dns: [at] })] });
    const tries = [1, 2, 3, 4].map((number) => ask(proxy.path(), connectTo(`n${number}.a.test:${server.port}`)));
    for (const answer of await Promise.all(tries)) expect(answer).toMatch(/^HTTP\/1\.1 (?:403|502|504) /);
    expect(server.connections()).toBe(0);
  });

  it('nothing is 502, and a name that no rule has is not asked for', async () => {
    const { proxy } = await running();
    const server = await dns(() => undefined);
    await proxy.apply({ boxes: [boxOf(['a.test'], { dns: [server.at] })] });
    expect(await ask(proxy.path(), connectTo('a.test:443'))).toMatch(/^HTTP\/1\.1 502 [\s\S]*unresolved/);
    expect(await ask(proxy.path(), connectTo('secret-in-a-name.test:443'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(server.asked.every(({ name }) => name.toLowerCase() === 'a.test')).toBe(true);
  });
});
