import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { claude } from '../../../src/agents/claude.ts';
import { agentConfigLinks } from '../../../src/credentials/agentConfig.ts';
import { temporary, userError } from '../support/config.ts';
import { profile } from '../support/facts.ts';
import { put } from './support.ts';

describe('the links to an agent_config folder', () => {
  test('are none without one', async () => {
    expect(await agentConfigLinks(profile({ agentConfig: { other: '/x' } }), claude)).toEqual([]);
  });

  test('are those entries that the agent knows and the folder has', async () => {
    const folder = await temporary();
    await put(join(folder, 'CLAUDE.md'), 'x');
    await put(join(folder, 'settings.json'), '{}');
    await put(join(folder, '.credentials.json'), '{}');
    await mkdir(join(folder, 'skills'));
    expect(await agentConfigLinks(profile({ agentConfig: { claude: folder } }), claude)).toEqual([
      { op: 'link', path: '/home/agent/.claude/CLAUDE.md', target: '/agent-config/CLAUDE.md' },
      { op: 'link', path: '/home/agent/.claude/skills', target: '/agent-config/skills' },
    ]);
  });

  test('need the folder to be there', async () => {
    const folder = join(await temporary(), 'absent');
    const error = await userError(() => agentConfigLinks(profile({ agentConfig: { claude: folder } }), claude));
    expect(error).toMatchObject({ trouble: 'config', next: [`mkdir -p ${folder}`, expect.any(String)] });
  });
});
