import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { recordAgreement } from '../../../src/state/agreements.ts';
import { makeGround } from '../../../src/verify/ground.ts';
import { HOSTILE, projectFileClaims } from '../../../src/verify/host/projectFile.ts';
import { judge } from '../../../src/verify/judge.ts';
import { REST } from '../../../src/verify/probes/rest.ts';
import { testContext } from '../support/command.ts';
import { temporary } from '../support/config.ts';

test('verify is green for a project file, and red where a hostile one counts', async () => {
  const context = testContext(await temporary());
  const ground = await makeGround(context);
  const own = {
    ...context,
    config: async () => ({
      ...(await context.config()),
      clients: new Map([[ground.other, { projects: [ground.otherProject] }]]),
    }),
  };
  const rows = async () => {
    const seen = await projectFileClaims(own, ground);
    const probes = REST.filter(({ group }) => group === 'G5');
    return Object.fromEntries(probes.map((probe) => [probe.id, judge(probe, seen[probe.id]).verdict]));
  };
  try {
    const green = { 'project-settings': 'green', 'project-forbidden': 'green', 'project-tightens': 'green' };
    expect(await rows()).toEqual(green);
    // As if nothing was in its way.
    const sha256 = createHash('sha256').update(HOSTILE).digest('hex');
    await recordAgreement(own.paths, ground.other, 'projectFile', ground.otherProject, { sha256, agreed: '2026' });
    expect(await rows()).toEqual({ ...green, 'project-settings': 'red' });
  } finally {
    await ground.remove();
  }
});
