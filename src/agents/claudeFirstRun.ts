import type { FirstRunFacts, SeedFile } from './agent.ts';
import { asObject, type Json, jsonObject } from './jsonObject.ts';

/** As many characters of a key as claude itself keeps to know it again. */
const KEY_TAIL = 20;

/**
 * The files that answer claude's first-run questions: onboarding, trust of the workspace, use of an API key from the
 * environment, and with `auto` the warning about the bypass mode and about imports of a project's CLAUDE.md (answered no).
 * Existing keys stay; a file that needs no change, or is not JSON, is not among them.
 */
export function claudeFirstRun(facts: FirstRunFacts): readonly SeedFile[] {
  return [
    ...seed('.claude.json', facts, (config) => answered(config, facts)),
    // Older versions kept this answer in .claude.json as bypassPermissionsModeAccepted; 2.1 looks only here.
    ...(facts.autonomy === 'auto'
      ? seed('settings.json', facts, (settings) => ({ ...settings, skipDangerousModePermissionPrompt: true }))
      : []),
  ];
}

function answered(config: Json, { autonomy, workspace, credentials }: FirstRunFacts): Json {
  const projects = object(config['projects']);
  const key = credentials['ANTHROPIC_API_KEY'];
  return {
    ...config,
    hasCompletedOnboarding: true,
    projects: {
      ...projects,
      [workspace]: {
        ...object(projects[workspace]),
        hasTrustDialogAccepted: true,
        ...(autonomy === 'auto' ? { hasClaudeMdExternalIncludesWarningShown: true } : {}),
      },
    },
    ...(key === undefined ? {} : { customApiKeyResponses: approved(object(config['customApiKeyResponses']), key) }),
  };
}

function approved(responses: Json, key: string): Json {
  const tail = key.trim().slice(-KEY_TAIL);
  const before = strings(responses['approved']);
  return {
    ...responses,
    approved: before.includes(tail) ? before : [...before, tail],
    rejected: strings(responses['rejected']).filter((known) => known !== tail),
  };
}

function seed(file: string, facts: FirstRunFacts, change: (content: Json) => Json): readonly SeedFile[] {
  const before = facts.existing(file);
  const parsed = jsonObject(before ?? '{}');
  if (parsed === undefined) return [];
  const content = `${JSON.stringify(change(parsed), null, 2)}\n`;
  // A write that changes nothing could undo what another box of the client writes at the same time.
  const same = before !== undefined && content === `${JSON.stringify(parsed, null, 2)}\n`;
  return same ? [] : [{ file, content }];
}

const object = (value: unknown): Json => asObject(value) ?? {};
const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
