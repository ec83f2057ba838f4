import { agentOf } from '../agents/index.ts';
import { credentialNames } from '../agents/serving.ts';
import type { Profile } from '../config/profile.ts';
import { type ClientPreview, previewClient } from '../config/putClient.ts';
import type { Context } from '../context.ts';
import { CancelledError } from '../errors.ts';
import { print, say } from '../ui/io.ts';
import { type Answers, entriesOf } from './answers.ts';
import { type Asking, askClient, askRest, lostLimits } from './ask.ts';
import { askValues, keepAll } from './keep.ts';
import { usualName } from './keyFrom.ts';
import type { Found } from './look.ts';
import type { Ready } from './nextSteps.ts';
import { short } from './tell.ts';

/**
 * Asks for a client and writes it, when a person has seen what; undefined with `dryRun`, which only prints it. One that is there stays as
 * it is unless a person, or a flag, says otherwise. Throws CancelledError on Ctrl-C or a no; nothing is written then.
 */
export async function setUp(context: Context, asking: Asking, dryRun: boolean): Promise<Ready | undefined> {
  const { io, paths } = context;
  const { questions, config, found } = asking;
  const client = await askClient(asking);
  const isNew = !config.clients.has(client);
  if (!isNew && questions !== undefined) {
    const adds = await questions.yes(`Client ${client} is there already. Change it?`, false);
    if (!adds) return dryRun ? undefined : leftAlone(context, asking, client);
  }
  const { answers, before } = await askRest(asking, client);
  const entries = entriesOf(answers, before, isNew);
  const preview = await previewClient(paths, client, entries);
  const file = short(paths.configFile, paths.home);
  if (dryRun) {
    say(io, preview.changes ? `this would be in ${file}:` : `${file} has this already:`);
    print(io, preview.text.trimEnd());
    return undefined;
  }
  if (preview.changes) await agreed(context, asking, preview, file);
  for (const note of notes(context, found, answers)) say(io, `note: ${note}`);
  const values = await askValues(context, client, answers.keys);
  await keepAll(context, client, values, entries);
  for (const { name, kind } of values) {
    say(io, `${name} is kept in ${kind === 'file' ? 'a file (0600), which is not encrypted' : 'the keychain'}`);
  }
  say(io, preview.changes ? `client ${client} is in ${file}` : `client ${client} was in ${file} as it should be`);
  return readyOf(found, client, answers, before);
}

/** What was asked for by a flag and is not there yet. */
function notes({ env }: Context, { logins }: Found, { keys, login, agents }: Answers): readonly string[] {
  const here = login === 'host' ? agents.map(agentOf) : [];
  return [
    ...keys.flatMap(({ source }) => ('env' in source && !env[source.env] ? [`${source.env} is not set here now`] : [])),
    ...here
      .filter((agent) => agent.login !== undefined && !logins.includes(agent.name))
      .map(({ title }) => `${title} is not logged in on this machine`),
  ];
}

async function leftAlone(context: Context, asking: Asking, client: string): Promise<Ready> {
  const { answers, before } = await askRest({ ...asking, given: {}, questions: undefined }, client);
  say(context.io, `client ${client} stays as it is`);
  const logins = answers.later.filter((name) => agentOf(name).login !== undefined);
  const later = answers.later.filter((name) => !logins.includes(name));
  return readyOf(asking.found, client, { ...answers, logins, later }, before);
}

async function agreed({ io }: Context, { questions }: Asking, { text }: ClientPreview, file: string): Promise<void> {
  say(io, `\n${questions === undefined ? 'this goes' : 'this would go'} into ${file}:\n`);
  for (const line of text.trimEnd().split('\n')) say(io, `  ${line}`);
  say(io, '');
  if (questions !== undefined && !(await questions.yes('Write it?', true))) throw new CancelledError(1);
}

function readyOf(found: Found, client: string, answers: Answers, before: Profile): Ready {
  return {
    client,
    agent: answers.agents[0] ?? before.agent,
    isOwn: found.owner === client || answers.projects.includes(found.project.top),
    isProject: found.refused === undefined && (found.owner === undefined || found.owner === client),
    logins: answers.logins,
    limits: lostLimits(found, before).filter((name) => !answers.allowDegraded.includes(`${name}-limit`)),
    keys: answers.later.flatMap((name) => usualName(credentialNames(before, agentOf(name))) ?? []),
  };
}
