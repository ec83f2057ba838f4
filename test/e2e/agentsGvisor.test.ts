import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { hostAddress, type Lab, makeLab } from './support/lab.ts';
import { REAL_AGENTS, type RunningModel } from './support/realAgents.ts';

const CASES = grounds()
  .filter(({ gvisor }) => gvisor)
  .flatMap((ground) => REAL_AGENTS.map((agent) => ({ agent, ground, name: agent.name })));

describe.each(CASES)('under gVisor the real $name', ({ agent, ground }) => {
  let lab: Lab;
  let model: RunningModel;

  beforeAll(async () => {
    lab = makeLab(ground);
    model = await agent.model([
      { command: "sed -i 's/hello/hello from gVisor/' greeting.txt && git add -A && git commit -qm edited" },
      { text: 'All is done.' },
    ]);
    const client = {
      agent: agent.name,
      projects: [lab.project],
      git: { name: 'Acme Robot', email: 'robot@acme.test' },
      allow_degraded: ['memory-limit', 'cpus-limit', 'pids-limit'],
      credentials: { [agent.credential]: { env: 'ACME_KEY' } },
      providers: { [agent.name]: agent.provider(`http://${hostAddress()}:${model.port}`) },
      env: agent.env ?? {},
    };
    lab.config(JSON.stringify({ clients: { acme: client } }));
    const built = await lab.agentbox(['build', '--client', 'acme', ...ground.flags.slice(0, 2)], { limit: 580_000 });
    expect(built, built.stderr).toMatchObject({ code: 0 });
  });
  afterAll(async () => {
    lab?.close();
    await model?.close();
  });

  it('edits a file of the project and commits it as the client', async () => {
    const args = ['run', '.', ...ground.flags, '--client', 'acme', '--', ...agent.args('improve the greeting')];
    const ended = await lab.agentbox(args, { env: { ACME_KEY: 'a-key-of-the-test' }, limit: 110_000 });
    expect(ended, ended.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('All is done.') });
    expect(lab.git('show', 'HEAD:greeting.txt')).toBe('hello from gVisor\n');
    expect(lab.git('log', '-1', '--format=%an')).toBe('Acme Robot\n');
  });
});
