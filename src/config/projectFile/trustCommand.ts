import { resolve } from 'node:path';
import { AGENT_NAMES } from '../../agents/index.ts';
import { projectFacts } from '../../box/project.ts';
import type { Context } from '../../context.ts';
import { CancelledError, UsageError, UserError } from '../../errors.ts';
import { AGREED, forgetAgreement, readAgreements, recordAgreement } from '../../state/agreements.ts';
import { clientsWithState } from '../../state/clientState.ts';
import { print, printJson, say } from '../../ui/io.ts';
import { plain } from '../../ui/plain.ts';
import { fittedTable } from '../../ui/table.ts';
import { bindingOf } from '../binding.ts';
import { NO_FLAGS } from '../flags.ts';
import { profileOf } from '../merge.ts';
import { realPathOf } from '../realPath.ts';
import { applyProjectFile } from './apply.ts';
import { describeProjectFile } from './describe.ts';
import { parseProjectFile } from './parse.ts';
import { PROJECT_FILE, readProjectFile } from './read.ts';
import { stateOfAgreement } from './stillAgreed.ts';

/** The options of `agentbox trust` and `untrust`. */
export interface TrustOptions {
  readonly client?: string;
  readonly yes?: boolean;
}

/**
 * Shows the project file of a project in full with what it would widen, asks, and remembers this very content for the
 * client. Throws UserError for a file that cannot be used and where nobody can be asked, CancelledError for a no.
 */
export async function trust(context: Context, dir: string | undefined, options: TrustOptions): Promise<void> {
  const config = await context.config();
  const { path: project } = await projectFacts(dir ?? '.', context.cwd);
  const client = await bindingOf(config, project, options.client, realPathOf);
  const file = await readProjectFile(project);
  if (file === undefined)
    throw new UserError('project', `${plain(project)} has no ${PROJECT_FILE}`, {
      next: ['nothing is to be trusted there; agentbox run uses your own settings'],
    });
  const merged = profileOf(config, client, NO_FLAGS, AGENT_NAMES);
  const { counts, ignored, impossible } = applyProjectFile(merged, parseProjectFile(file), false, AGENT_NAMES);
  const before = (await readAgreements(context.paths, client, 'projectFile'))[project];
  say(context.io, describeProjectFile({ file, client, before, counts, ignored, impossible }));
  if (ignored.length === 0) return;
  if (before?.sha256 === file.sha256) return say(context.io, 'it is trusted already');
  await consent(context, client, project, options.yes === true);
  const agreed = context.now().toISOString();
  await recordAgreement(context.paths, client, 'projectFile', project, { sha256: file.sha256, agreed });
  say(context.io, `client ${client} trusts it, as long as it stays as it is`);
}

async function consent(context: Context, client: string, project: string, yes: boolean): Promise<void> {
  if (yes) return;
  const answer = await context.prompter
    .confirm(`Trust this file as client ${client}?`, '--yes')
    .catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      throw new UserError('refused', `nobody has agreed to the ${PROJECT_FILE} of ${plain(project)}`, {
        why: 'a repository does not loosen its own box, and there is no terminal to ask',
        next: [`agentbox trust --yes --client ${client} ${plain(project)}, once you have read it`],
        cause: error,
      });
    });
  if (!answer) throw new CancelledError();
}

/** Forgets all that was agreed to for a project, which need not be there any more. */
export async function untrust(context: Context, dir: string | undefined, options: TrustOptions): Promise<void> {
  const project = await realPathOf(resolve(context.cwd, dir ?? '.'));
  const client = await bindingOf(await context.config(), project, options.client, realPathOf);
  const kinds = Object.keys(AGREED) as (keyof typeof AGREED)[];
  const forgotten: boolean[] = [];
  for (const kind of kinds) forgotten.push(await forgetAgreement(context.paths, client, kind, project));
  const words = forgotten.includes(true) ? 'trusts nothing of' : 'trusted nothing of';
  say(context.io, `client ${client} ${words} ${plain(project)}`);
}

/** Prints what is trusted, of all clients or of one, and whether it is still the same. */
export async function trusted(context: Context, options: { client?: string; json?: boolean }): Promise<void> {
  const clients = options.client === undefined ? await clientsWithState(context.paths) : [options.client];
  const kinds = Object.keys(AGREED) as (keyof typeof AGREED)[];
  const lists = clients.flatMap((client) =>
    kinds.map(async (kind) => {
      const agreements = Object.entries(await readAgreements(context.paths, client, kind));
      const rows = agreements.map(async ([project, { sha256, agreed }]) => {
        const { file, state } = await stateOfAgreement(kind, project, sha256);
        return { client, project, file, trusted: agreed, sha256, state };
      });
      return Promise.all(rows);
    }),
  );
  const rows = (await Promise.all(lists)).flat();
  if (options.json) return printJson(context.io, rows);
  if (rows.length === 0) return say(context.io, 'nothing is trusted: agentbox trust shows what a project would widen');
  const lines = rows.map((row) => [row.client, plain(row.project), row.file, row.trusted.slice(0, 10), row.state]);
  print(context.io, fittedTable(context.io, ['CLIENT', 'PROJECT', 'FILE', 'SINCE', 'NOW'], lines));
}
