import { expect, test } from 'vitest';
import type { KeptBox } from '../../../../src/network/keeper/keptState.ts';
import type { KeptSecret } from '../../../../src/network/keeper/protocol.ts';
import { readRenewed } from '../../../../src/network/keeper/readRenewed.ts';
import { type Renewed, renewal } from '../../../../src/network/keeper/renewal.ts';
import { userError } from '../../support/config.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const renew = { command: ['print-token', '--fresh'] };

const box = (name: string, more: Partial<KeptSecret> = {}): KeptBox => ({
  ...{ name, socket: '', policy: { rules: [] }, hosts: {}, dns: [], tls: undefined },
  brokered: [{ name: 'KEY', placeholder: 'ph', value: 'old', hosts: ['api.test'], renew, ...more }],
});

/** Renewal on a clock of the test's own. */
function bench(boxes: readonly KeptBox[], read: (calls: number) => Renewed = (calls) => ({ value: `new-${calls}` })) {
  const at = { now: 0, calls: 0, changed: 0 };
  const all = new Map(boxes.map((one) => [one.name, one]));
  const said: string[] = [];
  const renewals = renewal({
    boxes: all,
    now: () => at.now,
    read: async () => {
      at.calls += 1;
      return read(at.calls);
    },
    changed: () => {
      at.changed += 1;
    },
    log: (text) => said.push(text),
  });
  const pass = async (milliseconds: number) => {
    for (const until = at.now + milliseconds; at.now < until; ) {
      at.now = Math.min(until, at.now + 10 * SECOND);
      renewals.check();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  renewals.check();
  return { at, all, said, renewals, pass, values: () => [...all.values()].map(({ brokered }) => brokered[0]?.value) };
}

test('what a host rejects is asked for again once for all boxes, half a minute after it was read', async () => {
  const { at, renewals, pass, values, said } = bench([box('one'), box('two')]);
  renewals.rejected('one', 'KEY');
  await pass(20 * SECOND);
  expect(at.calls).toBe(0);
  await pass(10 * SECOND);
  expect([at.calls, at.changed, values()]).toEqual([1, 1, ['new-1', 'new-1']]);
  expect(said.join()).not.toMatch(/old|new-1/);
});

test('a box that has its key rejected again and again does not run the program more and more often', async () => {
  const { at, renewals, pass } = bench([box('one')], () => ({ value: 'old' }));
  for (let round = 0; round < 60; round += 1) {
    renewals.rejected('one', 'KEY');
    await pass(30 * SECOND);
  }
  expect(at.calls).toBeGreaterThan(2);
  expect(at.calls).toBeLessThan(8);
});

test('a command is run every half hour, and before a value that says its end', async () => {
  const plain = bench([box('one')]);
  await plain.pass(61 * MINUTE);
  expect(plain.at.calls).toBe(2);
  const ending = bench([box('one', { expires: 10 * MINUTE })]);
  await ending.pass(7 * MINUTE);
  expect(ending.at.calls).toBe(0);
  await ending.pass(2 * MINUTE);
  expect(ending.values()).toEqual(['new-1']);
});

test('a program that fails is tried again, each time later', async () => {
  const { at, pass, said, values } = bench([box('one', { expires: MINUTE })], () => {
    throw new Error('locked');
  });
  await pass(16 * MINUTE);
  expect(at.calls).toBe(5);
  expect(values()).toEqual(['old']);
  expect(said[0]).toBe('KEY was not renewed: locked');
});

test('a box without a renewable secret runs nothing', async () => {
  const { at, pass, renewals } = bench([box('one', { renew: undefined, expires: 0 })]);
  renewals.rejected('one', 'KEY');
  renewals.rejected('none', 'KEY');
  await pass(MINUTE);
  expect(at.calls).toBe(0);
});

test('a key of AWS is read with its parts, and what is none says so without showing it', async () => {
  const printing = (stdout: string) => ({
    ...{ upstream: undefined, authorities: '', now: () => new Date() },
    execute: async () => ({ code: 0, stdout, stderr: '', timedOut: false, missing: false }),
  });
  const sign = { kind: 'sigv4', accessKeyId: 'A', sessionToken: undefined } as const;
  const key =
    '{"Version":1,"AccessKeyId":"AKIA","SecretAccessKey":"s3","SessionToken":"t","Expiration":"2026-01-01T00:00:00Z"}';
  expect(await readRenewed(renew, { sign }, printing(key))).toEqual({
    value: 's3',
    expires: Date.parse('2026-01-01T00:00:00Z'),
    sign: { kind: 'sigv4', accessKeyId: 'AKIA', sessionToken: 't' },
  });
  const error = await userError(() => readRenewed(renew, { sign }, printing('s3cr3t')));
  expect(JSON.stringify([error.message, error.why])).not.toContain('s3cr3t');
  expect((await readRenewed(renew, {}, printing('token\n'))).value).toBe('token');
});
