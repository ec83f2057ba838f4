import { expect, test } from 'vitest';
import { makeCanary, needles, spellings } from '../../../src/verify/canary.ts';
import { judge } from '../../../src/verify/judge.ts';
import type { Observation } from '../../../src/verify/probe.ts';
import { probesOf } from '../../../src/verify/probes/index.ts';
import { wrongMounts } from '../../../src/verify/probes/only.ts';
import { facts } from './facts.ts';

test.each(['gateway', 'none', 'open'] as const)(
  'with network %s every probe has an id and a title of its own',
  (network) => {
    const probes = probesOf({ ...facts, network });
    for (const of of ['id', 'title'] as const) {
      const all = probes.map((probe) => probe[of]);
      expect(all.filter((one, index) => all.indexOf(one) !== index)).toEqual([]);
    }
  },
);

test('every guarantee has a row, with controls', () => {
  const probes = probesOf(facts);
  expect([...new Set(probes.map(({ group }) => group))]).toEqual(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G8']);
  const controls = probes.filter(({ title }) => title.endsWith('(control)'));
  expect([...new Set(controls.map(({ group }) => group))]).toEqual(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G8']);
});

test('a box in which nothing works, and one in which everything does, both fail', () => {
  const all = (observation: Observation) => probesOf(facts).map((probe) => judge(probe, observation));
  const reds = (observation: Observation) => all(observation).filter(({ verdict }) => verdict === 'red');
  const counted = all({ outcome: 'done', seen: '' }).filter(({ verdict }) => verdict === 'red' || verdict === 'green');
  expect(reds({ outcome: 'refused', seen: 'EPERM' }).length).toBeGreaterThan(10);
  // What is left are the controls.
  expect(counted.length - reds({ outcome: 'done', seen: '' }).length).toBeLessThan(35);
});

const info = (target: string, options: string) => `1 1 0:1 / ${target} ${options} - x x x`;
const planned = [
  info('/', 'ro'),
  info('/proc', 'rw'),
  info('/dev/pts', 'rw'),
  info('/etc/hosts', 'ro'),
  info('/tmp', 'rw'),
  info('/workspace', 'rw'),
  info('/data', 'ro,nosuid'),
];

test.each<[what: string, lines: readonly string[], wrong: string | undefined]>([
  ['the planned ones', planned, undefined],
  ['one more', [...planned, info('/host', 'ro')], '/host is mounted'],
  ['one more with a blank in its name', [...planned, info('/a\\040b', 'ro')], '/a b is mounted'],
  ['one that begins like another', [...planned, info('/devil', 'ro')], '/devil is mounted'],
  ['one less', planned.filter((line) => !line.includes('/data')), '/data is not mounted'],
  ['one that is not read-only', planned.map((line) => line.replace('/data ro', '/data rw')), '/data is not read-only'],
  ['a root that can be written', planned.map((line) => line.replace(' / ro', ' / rw')), 'the root can be written'],
  ['no root', [], 'no root is mounted'],
])('mounts: %s', (_, lines, wrong) => {
  expect(wrongMounts(lines.join('\n'), facts.box)).toBe(wrong);
});

test.each<[id: string, seen: string, verdict: string]>([
  ['uid', '1000 1000 1000', 'green'],
  ['uid', '0 0 0', 'red'],
  ['uid', '1000 1000 1000 27', 'red'],
  ['capabilities', 'CapPrm:\t0000\nCapEff:\t0000\nCapBnd:\t0000\n', 'green'],
  ['capabilities', 'CapPrm:\t0000\nCapEff:\t0000\nCapBnd:\t0400\n', 'red'],
  ['capabilities', '', 'red'],
  ['NoNewPrivs', 'NoNewPrivs:\t1\n', 'green'],
  ['NoNewPrivs', 'NoNewPrivs:\t0\n', 'red'],
  ['Seccomp', 'Seccomp:\t0\n', 'red'],
  ['devices', '/dev/null /dev/pts/ptmx', 'green'],
  ['devices', '/dev/null /dev/kmsg', 'red'],
  ['limit-memory', '100\n', 'green'],
  ['limit-memory', 'max\n', 'red'],
  ['limit-memory', '9223372036854771712\n', 'red'],
  ['limit-cpus', '200000 100000\n', 'green'],
  ['limit-cpus', '-1\n', 'red'],
  ['interfaces', 'Inter-| Receive\n face |bytes\n    lo: 0\n', 'green'],
  ['interfaces', 'Inter-| Receive\n face |bytes\n    lo: 0\n  eth0: 0\n', 'red'],
  ['interfaces', '', 'red'],
  ['routes', 'Iface\tDestination\n', 'green'],
  ['routes', 'Iface\tDestination\neth0\t0\n', 'red'],
  ['abstract', 'Num RefCount\n', 'green'],
  ['abstract', 'Num RefCount\n0: 2 0 1 @/containerd\n', 'red'],
])('%s of %j is %s', (id, seen, verdict) => {
  const probe = probesOf(facts).find((one) => one.id === id);
  expect(probe && judge(probe, { outcome: 'done', seen }).verdict).toBe(verdict);
});

test('the canary is found as it is and in base64 wherever it stands, and what looks for it does not bring it', () => {
  const canary = makeCanary();
  const words = spellings(canary);
  for (const before of ['', 'x', 'xy', 'xyz']) {
    const text = Buffer.from(`${before}${canary.value} and more`).toString('base64');
    expect(words.some((word) => text.includes(word))).toBe(true);
  }
  expect(words.some((word) => needles(canary).includes(word))).toBe(false);
});

test('a published port is looked at from outside and from inside, at the number that it got', () => {
  const labels = { 'dev.agentbox.ports': '41234:9' };
  const probes = probesOf({ ...facts, box: { ...facts.box, labels } }).filter(({ id }) => id.startsWith('port-'));
  expect(probes.map(({ id, expect: { kind } }) => `${id} ${kind}`)).toEqual(
    expect.arrayContaining(['port-here works', 'port-elsewhere fails', 'port-inside fails']),
  );
  expect(probes.find(({ id }) => id === 'port-inside')?.attack?.args).toEqual(['127.0.0.1', '41234', '']);
});
