import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AGENTS } from '../../../src/agents/index.ts';
import { hostRegistries } from '../../../src/network/hostRegistries.ts';
import { ruleProblem } from '../../../src/network/policy/parse.ts';
import { PRESETS } from '../../../src/network/policy/presets.ts';

const page = readFileSync(fileURLToPath(new URL('../../../docs/network.md', import.meta.url)), 'utf8');

/** The rows of the table with that heading: the code of each cell. */
function tableOf(heading: string): readonly (readonly (readonly string[])[])[] {
  const block = page.split('\n\n').find((text) => text.startsWith(`| ${heading} |`)) ?? '';
  return block
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) =>
          [...cell.matchAll(/`([^`]+)`( with the domain itself)?/g)].flatMap(([, code = '', apex]) =>
            apex === undefined ? code : [code, code.slice(2)],
          ),
        ),
    );
}

test('docs/network.md has every preset with its rules', async () => {
  const told = tableOf('preset').map(([names, rules]) => ({ name: names?.[0], rules }));
  expect(told).toEqual(PRESETS.map(({ name, rules }) => ({ name, rules })));
  const lines = page.split('\n').filter((line) => /^\| `[a-z]+` \| .*of this machine/.test(line));
  const host = { env: {}, platform: 'linux', paths: { home: '/nowhere' } } as const;
  expect(lines.map((line) => /`([a-z]+)`/.exec(line)?.[1])).toEqual(
    Object.keys(await hostRegistries({ allow: [], deny: [] }, host)),
  );
});

test('docs/network.md has the hosts of every login', () => {
  const told = new Map(tableOf('agent').map(([[name = ''] = [], hosts]) => [name, hosts]));
  for (const { name, login } of AGENTS) expect(told.get(name)).toEqual(login?.hosts);
});

test('docs/network.md has the hosts of every provider', () => {
  const told = new Map(tableOf('provider').map(([[name = ''] = [], hosts]) => [name, hosts]));
  const PLACE = { baseUrl: undefined, headers: {}, query: {}, project: 'p', adc: undefined, profile: undefined };
  for (const { providers } of AGENTS) {
    for (const [name, wiring] of Object.entries(providers)) {
      const hosts = wiring.hosts({ ...PLACE, name: 'vertex', region: 'region' });
      const known = told.get(name)?.map((host) => host.toLowerCase());
      for (const host of hosts) {
        expect(known).toContain(host.replace(/\.(individual|business|enterprise)\./, '.plan.'));
      }
    }
  }
});

test('each rule of the language that docs/network.md shows is one', () => {
  const rules = tableOf('rule').flatMap(([cell = []]) => cell);
  expect(rules.length).toBeGreaterThan(8);
  for (const rule of rules) expect(ruleProblem(rule, 'allow')).toBeUndefined();
});
