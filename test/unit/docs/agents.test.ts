import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { AGENTS } from '../../../src/agents/index.ts';

const page = (name: string) => readFileSync(fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url)), 'utf8');

/** The tables of docs/agents.md, by the words of their second column: the cells of each row after the agent's name. */
const tables = page('agents.md')
  .split('\n\n')
  .filter((block) => block.startsWith('| agent |'))
  .map((block) =>
    block.split('\n').map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    ),
  );

function tableOf(column: string): Map<string, readonly string[]> {
  const found = tables.find(([heading]) => heading?.[1] === column) ?? [];
  return new Map(found.slice(2).map(([agent = '', ...cells]) => [agent.replaceAll('`', ''), cells]));
}

test.each(AGENTS)('docs/agents.md tells of $name: program, image, state, how many at a time', (agent) => {
  const [title, image, state, gvisor] = tableOf('program').get(agent.name) ?? [];
  if (agent.name !== 'shell') expect(title).toBe(agent.title);
  expect(image).toBe(`\`images/${agent.image}\``);
  expect(state).toBe(`\`${agent.stateDir.replace('/home/agent', '~')}\``);
  expect(gvisor).toMatch(agent.locksState ? /^one box at a time/ : /^several/);
});

test.each(AGENTS.filter(({ name }) => name !== 'shell'))(
  'docs/agents.md has the entries of agent_config of $name',
  (agent) => {
    const [entries = ''] = tableOf('entries').get(agent.name) ?? [];
    expect(entries.match(/[^`, ]+/g)?.sort()).toEqual([...agent.configEntries].sort());
  },
);

test.each(AGENTS.filter(({ name }) => name !== 'shell'))(
  'docs/credentials.md has a cell for each provider of $name',
  (agent) => {
    const rows = page('credentials.md')
      .split('\n')
      .filter((line) => line.startsWith('| '));
    let current = '';
    const providers = new Set<string>();
    for (const [, name = '', provider = ''] of rows.map((row) => row.split('|').map((cell) => cell.trim()))) {
      if (name !== '') current = name;
      if (current === agent.name) for (const word of provider.split(', ')) providers.add(word);
    }
    for (const provider of Object.keys(agent.providers)) expect([...providers]).toContain(provider);
  },
);
