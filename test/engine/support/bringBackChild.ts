// Brings commits back and dies on the way: `tsx bringBackChild.ts KIND HOME POINT`. A point of node's side kills this process;
// `script:POINT` kills the helper at that mark of its script, `script:POINT:COMMANDS` after these; `orphan` leaves a helper at work.
import { setTimeout } from 'node:timers/promises';
import { images } from '../../../src/image/embedded.ts';
import { readRecord } from '../../../src/workspace/record.ts';
import { syncRecord } from '../../../src/workspace/settle.ts';
import { testContext } from '../../unit/support/command.ts';
import { BOX, CLIENT } from './bindRun.ts';
import { findEngine } from './engines.ts';

const [kind = 'docker', home = '', point = ''] = process.argv.slice(2);
const test = findEngine(kind === 'podman' ? 'podman' : 'docker');
if (test === undefined) throw new Error(`no ${kind}`);
const die = () => process.kill(process.pid, 'SIGKILL');

const [where, mark = '', ...commands] = point.split(':');
if (where === 'script' || where === 'orphan') {
  const name = 'workspace/take-commits';
  const writable = images as Record<string, { content: string; mode: number }>;
  const { content, mode } = writable[name] ?? { content: '', mode: 0 };
  const instead = where === 'script' ? `${commands.join(':')}\nkill -9 $$` : 'sleep 3';
  const from = where === 'script' ? `: point ${mark}` : ': point refs';
  const changed = content.replace(from, () => instead);
  if (changed === content) throw new Error(`there is no point ${mark}`);
  writable[name] = { content: changed, mode };
}
const context = { ...testContext(home), engine: async () => test.engine };
const record = await readRecord(context.paths, CLIENT, BOX);
if (record === undefined) throw new Error('there is no record');
await syncRecord(context, record, {
  ended: true,
  async fault(reached) {
    if (reached === point) die();
    if (where === 'orphan' && reached === 'journal') void setTimeout(1500).then(die);
  },
});
