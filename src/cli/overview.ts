/** A part of the overview: commands that belong together, a line for each few. */
type Part = readonly [title: string, ...lines: readonly (readonly [commands: string, does: string])[]];

const PARTS: readonly Part[] = [
  [
    'Start',
    ['init', 'find what is here, write settings, first run'],
    ['run', 'run an agent on a project, in a box'],
    ['login, creds', 'log an agent in; its credentials'],
  ],
  [
    'Boxes',
    ['ls, attach, exec', 'list; join its terminal; one more command'],
    ['logs, cp', 'what it printed; files in and out'],
    ['stop, rm, prune', 'end, remove; unreviewed work stays'],
  ],
  [
    'Work',
    ['diff, apply, discard', 'review a clone; bring it in; throw it away'],
    ['sync', 'commits of boxes here, while they run'],
  ],
  [
    'Settings',
    ['client, config', 'compartments and projects; the one file'],
    ['net', 'what boxes may reach, and what was blocked'],
    ['trust, untrust', 'what a project’s .agentbox.yaml may widen'],
    ['build, images', 'make images; list and remove them'],
  ],
  [
    'This machine',
    ['verify, doctor', 'attack a box; find what is wrong here'],
    ['usage, completion', 'tokens and cost; TAB in bash, zsh and fish'],
  ],
];

const HEAD = `Usage: agentbox COMMAND [options]
Run an AI coding agent on a project in a box it cannot get out of.
`;

const EXAMPLES = `
  agentbox run . -- -p "fix the tests"      one shot, with its exit code
  agentbox run --client acme --agent shell  a shell in a box of client acme
  agentbox help run                         each command: options and examples
Everywhere: -q, --quiet  -v, --verbose  --json (most)  -V, --version  -h, --help
`;

/** The help of the program itself: with a prompt one screen of 24 lines and 80 columns. Commands that are not `known` are left out. */
export function overview(known: readonly string[]): string {
  const titles = Math.max(...PARTS.map(([title]) => title.length)) + 2;
  const lines = PARTS.flatMap(([title, ...rows]) =>
    rows
      .map(([commands, does]) => [commands.split(', ').filter((name) => known.includes(name)), does] as const)
      .filter(([names]) => names.length > 0)
      .map(([names, does], index) => {
        const head = index === 0 ? title : '';
        return `${head.padEnd(titles)}${names.join(', ').padEnd(22)}${does}`;
      }),
  );
  return `${HEAD}\n${lines.join('\n')}\n${EXAMPLES}`;
}
