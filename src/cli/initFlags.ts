import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { agentOf } from '../agents/index.ts';
import { credentialNames } from '../agents/serving.ts';
import type { Profile } from '../config/profile.ts';
import type { Context } from '../context.ts';
import { UsageError, UserError } from '../errors.ts';
import type { InitOptions } from '../init/command.ts';
import { parseKeyFrom } from '../init/keyFrom.ts';
import { isAny } from '../network/policy/parse.ts';
import type { EngineKind } from '../plan/spec.ts';
import { ruleFlags } from './ruleFlags.ts';

/** The flags of `agentbox init` as they are typed. */
export interface InitFlags {
  readonly client?: string;
  readonly agent?: string[];
  readonly project?: string[];
  readonly keyFrom?: string[];
  readonly allow?: string[];
  readonly workspace?: Profile['workspace'];
  readonly withoutLimits?: boolean;
  readonly engine?: EngineKind;
  readonly build?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** True: with the usual name. */
  readonly alias?: string | true;
  readonly shell?: 'bash' | 'zsh' | 'fish';
}

/** The flags, checked. Throws UsageError for what makes no sense, and UserError('project') for a folder that is not there. */
export function initOptions(flags: InitFlags, { cwd, paths }: Pick<Context, 'cwd' | 'paths'>): InitOptions {
  if (flags.shell !== undefined) throw new UsageError('--shell is for --alias', ['agentbox init --alias --shell zsh']);
  const { allow } = ruleFlags({ allow: flags.allow });
  const any = allow?.find(isAny);
  if (any !== undefined) {
    throw new UsageError(`--allow ${any} lets boxes reach every name`, [
      'write it into config.yaml, with allow_any: true',
    ]);
  }
  const agents = flags.agent?.map(agentOf);
  const names = (agents ?? [agentOf('claude')]).flatMap((agent) => credentialNames({ providers: {} }, agent));
  return {
    given: {
      client: flags.client,
      agents: agents?.map(({ name }) => name),
      keyFrom: flags.keyFrom?.map((text) => parseKeyFrom(text, names, { cwd, home: paths.home })),
      allow,
      workspace: flags.workspace,
      engine: flags.engine,
      projects: flags.project?.map((folder) => existing(resolve(cwd, folder))),
      withoutLimits: flags.withoutLimits,
    },
    yes: flags.yes ?? false,
    dryRun: flags.dryRun ?? false,
    build: flags.build ?? true,
  };
}

function existing(folder: string): string {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
  throw new UserError('project', `there is no directory ${folder}`, {
    next: [`mkdir ${folder}`, 'or name another folder'],
  });
}
