/** Paths that a program of the host runs, or takes commands from, without being asked to by the user. */
export interface SinkGroup {
  /** What of the host runs it and when, in words that follow "because". */
  readonly reason: string;
  /** Names at any depth, `*` for a part of one; folders with all that is in them. */
  readonly paths: readonly string[];
}

/**
 * What runs by itself or on a mere visit: entering a folder, opening it in an editor, any command of git or of a package
 * manager, starting an agent. What runs only when the user builds, tests or runs the project (Makefiles, package scripts,
 * sources, virtual environments) is not here: it is part of the work, and for review.
 */
export const SINKS: readonly SinkGroup[] = [
  {
    reason: 'direnv runs it when you enter the folder',
    paths: ['.envrc', '.envrc.*'],
  },
  {
    reason: 'mise, asdf and their like run it when you enter the folder',
    paths: [
      ...['mise.toml', '.mise.toml', 'mise.*.toml', '.mise.*.toml', '.mise', '.config/mise', '.rtx.toml', '.rvmrc'],
      ...['.config/mise.toml', '.config/mise.*.toml', 'mise/config.toml', 'mise/config.*.toml', 'mise/conf.d'],
    ],
  },
  {
    reason: 'autoenv and shadowenv run it when you enter the folder',
    paths: ['.autoenv', '.autoenv.zsh', '.autoenv_leave.zsh', '.shadowenv.d'],
  },
  {
    reason: 'VS Code, Cursor and their like run its tasks, and programs its settings name, when you open the folder',
    paths: ['.vscode', '*.code-workspace'],
  },
  {
    reason: 'JetBrains IDEs run what it names when you open the folder',
    paths: ['.idea'],
  },
  {
    reason: 'Zed and Helix start language servers it names when you open a file',
    paths: ['.zed', '.helix'],
  },
  {
    reason: 'Sublime Text and Vim start language servers it names when you open a file',
    paths: ['*.sublime-project', '.vim/coc-settings.json'],
  },
  {
    reason: 'IDEs for Scala and Java start the build server it names when you open the folder',
    paths: ['.bsp'],
  },
  {
    reason: 'Eclipse runs these builders when you open the project',
    paths: ['.externalToolBuilders'],
  },
  {
    reason: 'editors run its initializeCommand on this machine when they open the folder',
    paths: ['.devcontainer', '.devcontainer.json'],
  },
  {
    reason: 'Vim, Neovim or Emacs may run it when started in the folder',
    paths: ['.exrc', '.vimrc', '.nvimrc', '.nvim.lua', '.lvimrc', '.dir-locals.el', '.dir-locals-2.el'],
  },
  {
    reason: 'Claude Code runs the hooks and servers it names when started here',
    paths: [
      '.claude/settings*.json',
      '.claude/hooks',
      '.claude/commands',
      '.claude/agents',
      '.claude/skills',
      '.claude/plugins',
    ],
  },
  {
    reason: 'agents start the servers it names when they start here',
    paths: ['.mcp.json'],
  },
  {
    reason: 'Codex reads its settings and the commands in them when started here',
    paths: ['.codex'],
  },
  {
    reason: 'Gemini CLI and Qwen Code start the servers and hooks it names when started here',
    paths: ['.gemini', '.qwen'],
  },
  {
    reason: 'Cursor runs the hooks and servers it names when you open the folder',
    paths: ['.cursor'],
  },
  {
    reason: 'opencode loads its plugins and starts its servers when started here',
    paths: ['.opencode', 'opencode.json', 'opencode.jsonc'],
  },
  {
    reason: 'Copilot runs its hooks when started here',
    paths: ['.github/hooks', '.copilot'],
  },
  {
    reason: 'pi loads its extensions when started here',
    paths: ['.pi'],
  },
  {
    reason: 'another coding agent runs hooks, skills or servers it names when started here',
    paths: [
      '.agents',
      '.windsurf',
      '.kiro',
      '.roo',
      '.continue',
      '.junie',
      '.kilocode',
      '.trae',
      '.clinerules/hooks',
      '.grok',
      '.iflow',
      '.vibe',
      '.codebuddy',
      '.amazonq',
      '.factory',
      '.crush',
      '.crush.json',
      'crush.json',
      '.aider.conf.yml',
    ],
  },
  {
    reason: 'git runs the hooks in it once husky is set up',
    paths: ['.husky'],
  },
  {
    reason: 'any command of npm or pnpm takes settings and programs from it',
    paths: ['.npmrc', '.pnpmfile.cjs'],
  },
  {
    reason: 'any command of yarn runs the program it names',
    paths: ['.yarnrc', '.yarnrc.yml'],
  },
  {
    reason: 'cargo, which editors start too, runs the programs it names',
    paths: ['.cargo/config', '.cargo/config.toml'],
  },
  {
    reason: 'Mercurial, Jujutsu, Sapling or Pijul run the hooks and programs it names at any command',
    paths: ['.hg/hgrc', '.hg/hgrc-not-shared', '.jj/repo/config.toml', '.sl/config', '.pijul/config'],
  },
  {
    reason: 'R runs it when started in the folder',
    paths: ['.Rprofile', '.Renviron'],
  },
  {
    reason: 'an interactive shell of its language runs it when started in the folder',
    paths: ['.irbrc', '.pryrc', '.iex.exs', '.ghci', '.ocamlinit', '.gdbinit'],
  },
];

/** For a nested `.git`, or a folder that git takes for a repository by its content. */
export const REPOSITORY_REASON = 'git, and prompts and editors that ask it, run hooks and programs its settings name';

/**
 * Folders of others' code, as package managers fill them. Nobody opens or enters those, and packages bring such files by
 * the hundred; only repositories count in them, which git runs from anywhere below.
 */
export const DEPENDENCIES: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'jspm_packages',
  'site-packages',
  'dist-packages',
  'vendor',
]);
