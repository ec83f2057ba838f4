import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grounds } from './support/engines.ts';
import { type Call, type Lab, makeLab } from './support/lab.ts';
import { leftovers } from './support/leftovers.ts';
import { troubleOf } from './support/trouble.ts';

const [ground] = grounds();
// One whose caller is no root, for whom permissions mean something.
const ordinary = grounds().find(({ caller }) => caller.uid !== 0);

if (ground !== undefined) {
  describe('agentbox that is called wrongly says what is wrong, why, and what to do:', () => {
    let lab: Lab;
    const trouble = (args: readonly string[], call: Call = {}) => troubleOf(lab, args, call);

    beforeAll(() => {
      lab = makeLab(ground);
      lab.config('defaults: { agent: shell, network: none }');
    });
    afterAll(() => lab?.close());

    describe('the project', () => {
      it('is not there, or is a file', async () => {
        expect(await trouble(['run', 'elsewhere'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: there is no directory LAB/work/proj/elsewhere
            next: agentbox run DIR -- ARGS for the agent"
        `);
        expect(await trouble(['run', 'greeting.txt'])).toMatchInlineSnapshot(`
          "exit code 125
          agentbox: LAB/work/proj/greeting.txt is not a directory
            next: name the project’s folder"
        `);
      });

      if (process.getuid?.() === 0) {
        it('belongs to root, who calls', async () => {
          const path = join(lab.dir, 'work/of root');
          mkdirSync(path);
          expect(await trouble(['run', path, '--engine', 'docker'])).toMatchInlineSnapshot(`
            "exit code 125
            agentbox: LAB/work/of root belongs to root, and a box never runs as root
              why:  you are root, so the box would run as the owner of the project, and that is root too
              next: run agentbox as the user who works on the project
                    or give the box a copy: agentbox run --workspace clone
                    or give the project to a user: chown -R 1000:1000 'LAB/work/of root'"
          `);
        });
      }

      if (ordinary !== undefined) {
        it('cannot be read', async () => {
          const other = makeLab(ordinary);
          try {
            const closed = join(other.dir, 'work/closed');
            mkdirSync(closed, { mode: 0 });
            const words = await troubleOf(other, ['run', closed, '--agent', 'shell', ...ordinary.flags]);
            expect(words).toMatchInlineSnapshot(`
              "exit code 125
              agentbox: you may not read and write LAB/work/closed
                why:  the agent works there with your own permissions
                next: ls -ld LAB/work/closed
                      take ownership of it, or name another directory"
            `);
          } finally {
            other.close();
          }
        });
      }
    });

    describe('usage', () => {
      it.each<[args: readonly string[], words: string]>([
        [['rnu'], 'agentbox has no command rnu'],
        [['run', '--evn', 'A=1'], "unknown option '--evn'"],
        [['run', '.', '.'], 'too many arguments'],
        [['run', '--memory', 'lots'], 'It is a size such as 4g or 512m'],
        [['run', '--cpus', '0'], 'It is a number above 0'],
        [['run', '--pids', '-5'], 'It is a number above 0'],
        [['run', '--timeout', 'soon'], '--timeout soon: not a time'],
        [['run', '--network', 'host'], 'It is one of gateway, none, open'],
        [['run', '--engine', 'lxc'], 'It is one of docker, podman'],
        [['run', '--mount', 'nowhere'], '--mount nowhere: not SRC:DST'],
        [['run', '--env', 'NOT_SET_ANYWHERE'], '--env NOT_SET_ANYWHERE: it is not set here'],
        [['exec', 'some-box'], 'exec: no command'],
        [['client', 'add', 'No Name'], 'is no name of a client'],
        [['client', 'reset', 'default'], 'add --yes'],
        [['login', '--agent', 'claude'], 'a login needs a terminal'],
      ])('%j', async (args, words) => {
        const ended = await lab.agentbox(args);
        expect(ended.stderr).toContain(words);
        expect(ended.stderr).toContain('next:');
        expect(ended).toMatchObject({ code: 2, stdout: '' });
      });
    });

    it('leaves nothing behind', async () => {
      await expect.poll(() => leftovers(lab), { timeout: 20_000 }).toEqual([]);
    });
  });
}
