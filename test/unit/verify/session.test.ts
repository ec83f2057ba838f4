import { spawn } from 'node:child_process';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { attack } from '../../../src/verify/probe.ts';
import { attackProgram } from '../../../src/verify/program.ts';
import { openSession, parseAnswer, type Session, script } from '../../../src/verify/session.ts';

const io = {
  in: new PassThrough(),
  out: new PassThrough(),
  err: new PassThrough(),
  inIsTerminal: false,
  outIsTerminal: false,
  errIsTerminal: false,
  columns: 80,
  colour: false,
};

let open: Session | undefined;
afterEach(() => open?.end());

/** The attacks as they run in a box, here without one; by the perl that every box has, and its own modules alone. */
async function attacks(): Promise<Session> {
  const session = openSession(io, await attackProgram());
  const perl = spawn('perl', ['-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  session.io.in.pipe(perl.stdin);
  perl.stdout.pipe(session.io.out);
  open = session;
  return session;
}

test('what is tried is answered, and bytes arrive as they are', async () => {
  const answers = await (await attacks()).ask(
    [
      attack('G1', 'there', 'x', ['look', '/']),
      attack('G1', 'gone', 'x', ['look', '/no such/\n\0"\\%']),
      attack('G2', 'runs', 'x', ['run', '/tmp']),
      attack('G2', 'none', 'x', ['nonsense']),
      attack('G3', 'loopback', 'x', ['lo']),
      attack('G3', 'closed', 'x', ['unix', '/no/socket']),
      attack('G3', 'relay', 'x', ['talk', '9', 'GET / HTTP/1.1\r\n\r\n']),
    ],
    { limit: 10_000 },
  );
  expect(Object.fromEntries([...answers].map(([id, { outcome, seen }]) => [id, `${outcome} ${seen}`]))).toEqual({
    there: 'done directory',
    gone: 'refused ENOENT',
    runs: 'done programs run from there',
    none: 'error no attack nonsense',
    loopback: 'done bytes went through',
    closed: 'refused ENOENT',
    relay: 'refused ECONNREFUSED',
  });
});

test('an answer that does not come is missing when the time is up', async () => {
  const session = openSession(io, '');
  const answers = await session.ask([attack('G1', 'x', 'x', ['look', '/'])], { limit: 50 });
  expect([...answers]).toEqual([]);
});

test('what is no answer is none', () => {
  for (const line of ['', 'x', 'null', '[]', '{}', '{"id":"a"}', '{"id":1,"outcome":"done","seen":""}'])
    expect(parseAnswer(line)).toBeUndefined();
  expect(parseAnswer('{"id":"a","outcome":"maybe","seen":""}')).toBeUndefined();
  expect(parseAnswer('{"id":"a","outcome":"done","seen":"b","looked":"9"}')).toEqual({
    id: 'a',
    outcome: 'done',
    seen: 'b',
  });
});

test('whatever a box prints, reading it throws nothing', () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (line) => void parseAnswer(line)));
});

test('each attack is one line of plain characters', () => {
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(bytes, (text) => {
      const [line, ...rest] = script([attack('G1', 'x', 'x', ['look', text])]).split('\n');
      expect(line).toMatch(/^look x [\w/.:,%-]+$/);
      expect(rest).toEqual([expect.stringMatching(/^go /), expect.stringMatching(/^go /), '']);
    }),
  );
});
