import type { Call, Lab } from './lab.ts';

/** What a person reads when something is wrong: the exit code and standard error, with the lab's folder as `LAB`. */
export async function troubleOf(lab: Lab, args: readonly string[], call: Call = {}): Promise<string> {
  const { code, stdout, stderr } = await lab.agentbox(args, call);
  const words = `exit code ${code}\n${stderr}${stdout === '' ? '' : `and on stdout: ${stdout}`}`;
  return words.replaceAll(lab.dir, 'LAB').trimEnd();
}
