import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gatewayGrounds } from './support/gatewayGrounds.ts';
import { type GatewayLab, makeGatewayLab, type StayingBox } from './support/gatewayLab.ts';
import { eventually } from './support/gateways.ts';
import { openTerminal } from './support/terminal.ts';

const GROUNDS = gatewayGrounds().filter(({ gvisor }) => !gvisor);
const ALL = process.env['AGENTBOX_TEST_ALL'] === '1';

// What has nothing to do with the engine but for the way to the gateway, which the other tests take on each of them.
const CASES = (ALL ? GROUNDS : GROUNDS.slice(0, 1)).map((ground) => [ground.name, ground] as const);

describe.each(CASES)('while boxes run on %s', (_, ground) => {
  let all: GatewayLab;
  let one: StayingBox;
  let other: StayingBox;

  beforeAll(async () => {
    all = await makeGatewayLab(ground);
    one = await all.box('one');
    other = await all.box('other');
  }, 400_000);
  afterAll(() => all?.close());

  const engine = ground.flags.slice(0, 2);
  const net = async (verb: string, ...args: readonly string[]) => {
    const ended = await all.agentbox(['net', verb, '--client', 'acme', ...engine, ...args]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return ended;
  };
  const reaches = async (box: StayingBox) => (await box.ask('https://other.lab.test/x')).includes('lab says');

  it('a refusal says at once which rule to ask the user for', async () => {
    const began = Date.now();
    const answer = await one.ask('http://other.lab.test/x', '-i');
    expect(Date.now() - began).toBeLessThan(10_000);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toMatch(/^X-Agentbox-Rule: other\.lab\.test\r$/im);
    expect(answer).toContain('agentbox net allow other.lab.test');
  });

  it('what is allowed counts when the command ends, in every box, and what is denied again', async () => {
    await net('allow', 'other.lab.test');
    expect(await Promise.all([reaches(one), reaches(other)])).toEqual([true, true]);
    await net('deny', 'other.lab.test');
    expect(await Promise.all([reaches(one), reaches(other)])).toEqual([false, false]);
    await net('forget', 'other.lab.test');
  });

  it('what is allowed in one box is so in that alone', async () => {
    await net('allow', '--box', one.name, 'other.lab.test');
    expect(await Promise.all([reaches(one), reaches(other)])).toEqual([true, false]);
    await net('forget', '--box', one.name, 'other.lab.test');
    expect(await reaches(one)).toBe(false);
  });

  it('what is allowed for some time is refused after it', async () => {
    await net('allow', '--for', '5s', 'other.lab.test');
    expect(await reaches(one)).toBe(true);
    await eventually(async () => expect(await reaches(one)).toBe(false), 15_000);
  });

  it('deny beats what the configuration allows', async () => {
    await net('deny', 'good.lab.test');
    expect(await one.ask('https://good.lab.test/x')).not.toContain('lab says');
    await net('forget', 'good.lab.test');
    expect(await one.ask('https://good.lab.test/x')).toContain('lab says');
  });

  it('show, check and log tell of it', async () => {
    await net('allow', 'other.lab.test');
    expect((await net('show')).stdout).toContain('other.lab.test');
    expect((await net('check', 'good.lab.test', '--box', one.name)).stdout).toMatch(/good\.lab\.test/);
    const log = (await net('log', '--json', '--denied')).stdout.trim().split('\n');
    expect(log.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ box: one.name, host: 'other.lab.test', verdict: 'deny' }),
    );
    await net('forget', 'other.lab.test');
  });

  it('somebody who watches at a terminal is asked, and the request waits for the answer', async () => {
    const terminal = openTerminal(all.lab.argv(['net', 'watch', '--client', 'acme', ...engine]), all.lab.project);
    try {
      await terminal.until(/good\.lab\.test|watch/i);
      const asked = one.ask('https://other.lab.test/held');
      await terminal.until(/wants other\.lab\.test:443/);
      terminal.type('o');
      expect(await asked).toContain('lab says /held');
      const again = one.ask('https://other.lab.test/again');
      await terminal.until(/wants other[\s\S]*wants other/);
      terminal.type('n');
      expect(await again).not.toContain('lab says');
      await terminal.until(/denied as long as boxes run/);
    } finally {
      terminal.kill('SIGKILL');
    }
    const began = Date.now();
    expect(await reaches(other)).toBe(false);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});
