import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { HOME } from '../../../src/agents/agent.ts';
import { AGENTS, agentOf } from '../../../src/agents/index.ts';
import { userError } from '../support/config.ts';

describe('the table of agents', () => {
  test('gives an agent by its name', () => {
    expect(agentOf('claude').title).toBe('Claude Code');
    expect(agentOf('shell').image).toBe('base');
  });

  test('names the nearest agent for one that is not there', async () => {
    const error = await userError(() => agentOf('cluade'));
    expect(error.trouble).toBe('config');
    expect(error.message).toBe('there is no agent "cluade"');
    expect(error.why).toContain('claude');
  });

  test.each(AGENTS)('$name has an image folder, and its state inside the home directory, one level deep', (agent) => {
    expect(existsSync(fileURLToPath(new URL(`../../../images/${agent.image}`, import.meta.url)))).toBe(true);
    expect(agent.stateDir).toMatch(new RegExp(`^${HOME}/[^/]+$`));
  });

  test.each(AGENTS)(
    '$name keeps its login, and what the host reads for its first-run files, at the top of its state, where no link leads away',
    (agent) => {
      const read: string[] = [];
      const facts = {
        autonomy: 'auto',
        workspace: '/workspace',
        provider: undefined,
        permissions: undefined,
        credentials: {},
        existing: (file: string) => {
          read.push(file);
          return undefined;
        },
      } as const;
      const files = agent.firstRun(facts).map(({ file }) => file);
      for (const file of [...read, ...(agent.login === undefined ? [] : [agent.login.file])]) {
        expect(file).not.toContain('/');
      }
      for (const file of files) expect(file).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/);
    },
  );
});
