import type { RunFlags } from '../config/flags.ts';
import type { Context } from '../context.ts';
import { print, printJson, say } from '../ui/io.ts';
import { paint } from '../ui/paint.ts';
import { table } from '../ui/table.ts';
import { VERSION } from '../version.ts';
import { passes, type Row, type Verdict } from './judge.ts';
import type { Group } from './probe.ts';
import { verify } from './verify.ts';

/** What `agentbox verify` was asked for. */
export interface VerifyCommand {
  readonly flags: Pick<RunFlags, 'client' | 'engine' | 'runtime' | 'network'>;
  readonly json: boolean;
}

/** The guarantees, as the rows are headed. */
const GROUPS: Readonly<Record<Group, string>> = {
  G1: 'Only this',
  G2: 'No privilege',
  G3: 'No way out but the gateway',
  G4: 'Secrets stay put',
  G5: 'A repository cannot loosen its own box',
  G6: 'No code left for the host to run unseen',
  G7: 'One project, one client',
  G8: 'Nothing lost',
};

/** Attacks a box and prints a row a probe; gives 1 when one of them is red or unknown, else 0. */
export async function verifyCommand(context: Context, request: VerifyCommand): Promise<number> {
  const began = context.now().getTime();
  const verified = await verify(context, request.flags);
  const { rows, client, engine, runtime, network } = verified;
  const code = passes(rows) ? 0 : 1;
  if (request.json) {
    printJson(context.io, { version: VERSION, ok: code === 0, ...verified });
    return code;
  }
  const { green, red, yellow, dim, bold } = await paint(context.io, 'out');
  const colours: Readonly<Record<Verdict, (text: string) => string>> = {
    green,
    red,
    unknown: red,
    skipped: dim,
    later: yellow,
  };
  for (const [group, title] of Object.entries(GROUPS)) {
    const own = rows.filter((row) => row.group === group);
    print(context.io, bold(`${group} ${title}`));
    const lines = table(
      ['', '', ''],
      own.map(({ verdict, title, seen }) => [verdict, title, seen]),
    )
      .split('\n')
      .slice(1);
    for (const [index, line] of lines.entries()) print(context.io, coloured(line, own[index], colours));
    print(context.io, '');
  }
  const count = (verdict: Verdict) => rows.filter((row) => row.verdict === verdict).length;
  const seconds = ((context.now().getTime() - began) / 1000).toFixed(1);
  const counts = (['green', 'red', 'unknown', 'skipped', 'later'] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  say(context.io, `${counts.join(', ')}: client ${client}, ${engine}, ${runtime}, network ${network}, ${seconds} s`);
  for (const { group, title, seen } of rows.filter(({ verdict }) => verdict === 'later')) {
    say(context.io, `not counted: ${group} ${title}: ${seen}`);
  }
  return code;
}

function coloured(
  line: string,
  row: Row | undefined,
  colours: Readonly<Record<Verdict, (text: string) => string>>,
): string {
  if (row === undefined) return line;
  return `  ${colours[row.verdict](row.verdict)}${line.slice(row.verdict.length)}`;
}
