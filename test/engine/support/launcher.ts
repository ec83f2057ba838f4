// A launcher of its own, which tests can kill or run in a terminal: launcher.ts KIND SPEC [SECRET]
import type { ReadStream, WriteStream } from 'node:tty';
import { encodePayload } from '../../../src/box/payload.ts';
import type { BoxSpec } from '../../../src/plan/spec.ts';
import { streamsOf } from '../../../src/ui/terminal.ts';
import { findEngine } from './engines.ts';

const [kind, json = '', secret] = process.argv.slice(2);
const test = findEngine(kind === 'podman' ? 'podman' : 'docker');
if (test === undefined) throw new Error(`no ${kind}`);
const spec = JSON.parse(json) as BoxSpec;
const { stdin, stdout, stderr }: { stdin: ReadStream; stdout: WriteStream; stderr: WriteStream } = process;
const io = {
  in: stdin,
  out: stdout,
  err: stderr,
  inIsTerminal: stdin.isTTY === true,
  outIsTerminal: stdout.isTTY === true,
  errIsTerminal: stderr.isTTY === true,
  columns: 80,
  colour: false,
};
const box = await test.engine.launch({
  spec,
  payload: encodePayload(secret === undefined ? [] : [{ op: 'env', name: 'SECRET', value: secret }]),
  approve: () => {},
  streams: streamsOf(io, spec.terminal),
});
process.exit(await box.exit);
