import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LoadedConfig } from '../../../src/config/load.ts';
import { parseConfig } from '../../../src/config/parse.ts';
import type { ClientSettings, Settings } from '../../../src/config/settings.ts';
import { UserError } from '../../../src/errors.ts';

/** A configuration without a file. */
export function configOf(clients: Record<string, ClientSettings> = {}, defaults: Settings = {}): LoadedConfig {
  return { file: '/config.yaml', exists: true, defaults, clients: new Map(Object.entries(clients)) };
}

/** The configuration of a text, read for the home /home/user; paths are real as they are. */
export function parsed(text: string): Promise<LoadedConfig> {
  const file = '/home/user/.config/agentbox/config.yaml';
  return parseConfig(text, { file, home: '/home/user', realPathOf: async (path) => path });
}

/** What `act` throws; fails when that is not a UserError. */
export async function userError(act: () => unknown): Promise<UserError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** A temporary folder (its real path) that is gone after the test. */
export async function temporary(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'agentbox-test-')));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
