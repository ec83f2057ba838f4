import type { FirstRunFacts, SeedFile } from './agent.ts';
import { copilotConfig } from './copilotLogin.ts';
import { jsonObject } from './jsonObject.ts';

/**
 * What copilot would ask for: whether the workspace is trusted (in config.json, where its login is too), and whether a login
 * may be kept where no keychain is. A file that says so already, or is not JSON, is not among them.
 */
export function copilotFirstRun({ workspace, existing }: FirstRunFacts): readonly SeedFile[] {
  const config = copilotConfig(existing('config.json') ?? '{}');
  const settings = jsonObject(existing('settings.json') ?? '{}');
  const folders = config?.['trustedFolders'];
  const trusted: readonly unknown[] = Array.isArray(folders) ? folders : [];
  return [
    ...(config === undefined || trusted.includes(workspace)
      ? []
      : [seed('config.json', { ...config, trustedFolders: [...trusted, workspace] })]),
    ...(settings === undefined || settings['storeTokenPlaintext'] === true
      ? []
      : [seed('settings.json', { ...settings, storeTokenPlaintext: true })]),
  ];
}

function seed(file: string, content: object): SeedFile {
  return { file, content: `${JSON.stringify(content, null, 2)}\n` };
}
