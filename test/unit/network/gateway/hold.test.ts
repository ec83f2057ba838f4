import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boxOf, connectTo, type RunningProxy, rules, startProxy, wireTo } from './support/runningProxy.ts';
import { echo, type Listening } from './support/servers.ts';

let proxy: RunningProxy;
let server: Listening;
let target = '';

beforeEach(async () => {
  server = await echo();
  target = `127.0.0.1:${server.port}`;
  proxy = startProxy({ holdMs: 600, held: 3 });
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

/** A name that somebody may allow, with an address that the policy lets through. */
const named = () => boxOf([target], { hosts: { 'asked.test': '127.0.0.1' } });
const open = (to: string) => {
  const wire = wireTo(proxy.path());
  wire.write(connectTo(to));
  return wire;
};

describe('while somebody watches', () => {
  it('what no rule allows is held, and goes on when it is allowed once', async () => {
    await proxy.apply({ boxes: [named()], watched: true });
    const [one, two] = [open(`asked.test:${server.port}`), open(`asked.test:${server.port}`)];
    const { held, decision } = await proxy.until('held');
    expect(decision).toMatchObject({ box: 'one', host: 'asked.test', verdict: 'deny', reason: 'not-allowed' });
    // Time for the second to be read as well.
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(one.heard()).toBe('');
    proxy.send({ op: 'answer', held, verdict: 'allow' });
    await one.hears('200');
    await two.hears('200');
    expect(proxy.events.filter(({ event }) => event === 'held')).toHaveLength(1);
    // Once means once.
    const third = open(`asked.test:${server.port}`);
    await proxy.until('held', (event) => event.held !== held);
    for (const wire of [one, two, third]) wire.socket.destroy();
  });

  it('an answer for good cuts no connection that was allowed once, and a deny does', async () => {
    await proxy.apply({ boxes: [named()], watched: true });
    const wire = open(`asked.test:${server.port}`);
    const { held } = await proxy.until('held');
    proxy.send({ op: 'answer', held, verdict: 'allow' });
    await wire.hears('200');
    await proxy.apply({ boxes: [named()], watched: false });
    wire.write('still');
    await wire.hears('still');
    const [deny] = rules('!asked.test');
    await proxy.apply({ boxes: [named()], live: deny ? [{ id: 'a', rule: deny, box: undefined }] : [] });
    await wire.ends();
  });

  it('it is refused when somebody says so, or nobody in time', async () => {
    await proxy.apply({ boxes: [named()], watched: true });
    const wire = open('asked.test:443');
    const { held } = await proxy.until('held');
    proxy.send({ op: 'answer', held, verdict: 'deny' });
    expect(await wire.ends()).toMatch(/^HTTP\/1\.1 403 /);
    expect(await open('asked.test:443').ends()).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('a new rule, and the end of watching, settle it at once', async () => {
    await proxy.apply({ boxes: [named()], watched: true });
    const wire = open(`asked.test:${server.port}`);
    const other = open('other.test:443');
    await proxy.until('held', ({ decision }) => decision.host === 'other.test');
    const [rule] = rules(`asked.test:${server.port}`);
    await proxy.apply({ boxes: [named()], watched: true, live: rule ? [{ id: 'a', rule, box: 'one' }] : [] });
    await wire.hears('200');
    expect(other.heard()).toBe('');
    await proxy.apply({ boxes: [named()], watched: false });
    expect(await other.ends()).toMatch(/^HTTP\/1\.1 403 /);
    wire.socket.destroy();
  });

  it('what a rule denies, and refused addresses, are not held; nor more than a few', async () => {
    await proxy.apply({ boxes: [boxOf(['!denied.test'])], watched: true });
    expect(await open('denied.test:443').ends()).toContain('X-Agentbox-Refused: denied');
    expect(await open('169.254.169.254:443').ends()).toContain('X-Agentbox-Refused: refused-address');
    const held = [1, 2, 3].map((number) => open(`n${number}.test:443`));
    await proxy.until('held', ({ decision }) => decision.host === 'n3.test');
    expect(await open('n4.test:443').ends()).toContain('X-Agentbox-Refused: not-allowed');
    for (const wire of held) wire.socket.destroy();
  });
});
