import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome, Probe } from '../attacks/attack.ts';
import type { Call, Ended, Lab } from './lab.ts';

const PROGRAM = fileURLToPath(new URL('insideProbes.mjs', import.meta.url));

/** A run that tries probes: of which client, in which project, with which further flags. */
export interface Inside {
  readonly client: string;
  readonly project?: string;
  readonly flags?: readonly string[];
  readonly env?: Call['env'];
}

/** Tries every probe in one real box, and gives what came of each by its name, and how the run ended. */
export async function tryInside(
  lab: Lab,
  probes: ReadonlyMap<string, Probe>,
  { client, project = lab.project, flags = [], env = {} }: Inside,
): Promise<{ readonly outcomes: ReadonlyMap<string, Outcome>; readonly ended: Ended }> {
  const files = ['probes.mjs', 'probes.json', 'outcomes.json'].map((name) => join(project, name)) as Three;
  const [program, asked, written] = files;
  copyFileSync(PROGRAM, program);
  writeFileSync(asked, JSON.stringify([...probes].map(([id, probe]) => ({ id, ...probe }))));
  const argv = ['node', '/workspace/probes.mjs', '/workspace/probes.json', '/workspace/outcomes.json'];
  const args = ['run', project, ...lab.ground.flags, '--client', client, ...flags, '--', ...argv];
  const ended = await lab.agentbox(args, { env, limit: 110_000 });
  if (ended.code !== 0) throw new Error(`the probes ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  const outcomes = JSON.parse(readFileSync(written, 'utf8')) as Record<string, Outcome>;
  for (const file of files) rmSync(file);
  return { outcomes: new Map(Object.entries(outcomes)), ended };
}

type Three = [string, string, string];
