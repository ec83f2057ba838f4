import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOwner } from './support/asOwner.ts';
import { cloneVolumes } from './support/clones.ts';
import { grounds } from './support/engines.ts';
import { type Lab, makeLab } from './support/lab.ts';
import { troubleOf } from './support/trouble.ts';

const [ground] = grounds();

// A disk that is full is one of the test's own, and only root mounts one.
if (ground !== undefined && process.getuid?.() === 0) {
  describe('a full disk, and a clone', () => {
    let lab: Lab;
    let data: string;

    beforeEach(() => {
      lab = makeLab(ground);
      lab.config('defaults: { agent: shell, network: none, allow_degraded: [memory-limit, cpus-limit, pids-limit] }');
      data = join(lab.home, 'small');
      mkdirSync(data);
      const { uid, gid } = ground.caller;
      const options = `size=512k,mode=700,uid=${uid},gid=${gid}`;
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', data])).toMatchObject({ status: 0 });
    });

    afterEach(() => {
      spawnSync('umount', ['-l', data]);
      lab?.close();
    });

    const records = () => {
      const folder = join(data, 'clients/default/workspaces');
      return existsSync(folder) ? readdirSync(folder) : [];
    };
    const run = (script: string) => ['run', '--workspace', 'clone', ...ground.flags, '--', 'sh', '-c', script];
    const env = () => ({ AGENTBOX_DATA: data });

    it('is told while it is made, and nothing of it is left', async () => {
      asOwner(lab, 'echo > large; git add large; head -c 700000 /dev/urandom > large');
      expect(await troubleOf(lab, run('echo started'), { env: env() })).toBe(
        [
          'exit code 125',
          'agentbox: cannot clone LAB/work/proj',
          '  why:  the disk is full (ENOSPC): the engine’s, or that of agentbox’s state',
          '  next: make room on the disk, then try again',
        ].join('\n'),
      );
      expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
    });

    it('keeps no work from being kept, and none from being thrown away', async () => {
      const ended = await lab.agentbox(run('echo work > work.txt'), { env: env() });
      expect(ended.stderr).toContain('its clone has 1 file changed, 1 insertion\n');
      const [box = ''] = records();
      spawnSync('sh', ['-c', `cat /dev/zero > ${data}/filler`]);
      const listed = await lab.agentbox(['ls', '--json', '--engine', ground.engine], { env: env() });
      expect(listed.stdout).toContain(`"name": "${box}"`);
      expect(await troubleOf(lab, run('true'), { env: env() })).toContain('the disk is full (ENOSPC)');
      expect(records()).toEqual([box]);
      const removed = await lab.agentbox(['rm', '--force', '--engine', ground.engine, box], { env: env() });
      expect(removed, removed.stderr).toMatchObject({ code: 0 });
      expect([...records(), ...cloneVolumes(lab)]).toEqual([]);
    });
  });
}
