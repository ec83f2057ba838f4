import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { openTerminal } from './support/terminal.ts';

const program = fileURLToPath(new URL('../../dist/agentbox', import.meta.url));
const home = realpathSync(mkdtempSync(join(tmpdir(), 'agentbox-tab-')));
const env = { HOME: home, PATH: `${home}${delimiter}${process.env['PATH']}`, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
symlinkSync(program, join(home, 'agentbox'));

afterAll(() => rmSync(home, { recursive: true, force: true }));

const SHELLS = [
  { name: 'bash', argv: ['bash', '--norc', '-i'], load: 'source <(agentbox completion bash)' },
  { name: 'zsh', argv: ['zsh', '-f', '-i'], load: 'source <(agentbox completion zsh)' },
  { name: 'fish', argv: ['fish', '--no-config', '-i'], load: 'agentbox completion fish | source' },
];

const isHere = (name: string) =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
const here = SHELLS.filter(({ name }) => isHere(name));
const missing = SHELLS.filter((shell) => !here.includes(shell)).map(({ name }) => name);
if (missing.length > 0) {
  console.warn(`not here, so TAB is not tried in it: ${missing.join(', ')} (scripts/setup/test-tools)`);
  if (process.env['AGENTBOX_TEST_REQUIRE'] === '1')
    it(`${missing.join(', ')} must be here`, () => expect(missing).toEqual([]));
}

it.each(here)(
  'TAB in a real $name: a command, an option, a choice; nothing typed is run',
  async ({ name, argv, load }) => {
    const script = join(home, `completion.${name}`);
    writeFileSync(script, execFileSync(program, ['completion', name], { env }));
    execFileSync(name, ['-n', script]);
    const shell = openTerminal(argv, home, env);
    try {
      // The terminal echoes what is typed: what it is to print is not written in one piece.
      shell.type(`${load}; echo rea''dy\r`);
      await shell.until(/ready/);
      shell.type('agentbox veri\t--net\tgate\t');
      // Colours and the movements of the cursor lie in between.
      await shell.until(/gateway/);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal is sent
      const shown = () => shell.text().replace(/\u001b\[[\d;?]*[A-Za-z]|[\u0000-\u001f]/g, '');
      expect(shown()).toMatch(/verify\s+--network\s+gateway/);
      shell.type('\u0003');
      shell.type('agentbox run $(touch pwned) --cl\t');
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(existsSync(join(home, 'pwned'))).toBe(false);
    } finally {
      shell.kill('SIGKILL');
    }
  },
);
