import { dirname, join } from 'node:path';
import { SINKS } from '../../../src/workspace/sinks/list.ts';

/** One way to leave something in a project for the host to run. */
export interface WorkspaceAttack {
  readonly what: string;
  /** The folder of the project in which all of it takes place. */
  readonly folder: string;
  /** What the host's user does there before, as shell. */
  readonly host: string;
  /** What the agent does there; steps may fail. `CANARY` is a file of the host that must not come to be. */
  readonly box: string;
  /** What the host's user does there afterwards. */
  readonly after: string;
}

/** In the place of an editor, an agent or another program that runs what a file says. */
const opened = (file: string) => `test -f '${file}' && sh '${file}'`;

/** Writes over a file; when that fails, puts another in its place, removes it, and does the same to the folder above. */
const STRIKE = `plant() { echo "touch $2" > "$1" && read -r line < "$1" && test "$line" = "touch $2"; }
strike() {
  local top="\${1%%/*}"
  test -e "$top" || test "$top" = "$1" || mkdir -p "\${1%/*}"
  plant "$1" "$2" && return
  test -d "\${1%/*}" || mkdir -p "\${1%/*}" && plant "$1" "$2" && return
  echo "touch $2" > other && mv -f other "$1"
  rm -rf "$top"
  mv "$top" away && mkdir -p "\${1%/*}" && plant "$1" "$2"
}`;

/** What a path of the list is in life, by its name; a box may make it the other as well. */
const isFile = (path: string) => /\w\.\w\w+$|(?:rc|env|init|profile|environ|ghci|config|shared)$/i.test(path);

/** Every path of the list of sinks where it was before, and as a file and as a folder with a file in it where it was not. */
function sinkAttacks(): readonly WorkspaceAttack[] {
  const paths = SINKS.flatMap((group) => group.paths).map((path) => path.replaceAll('*', 'x'));
  const attack = (file: string, folder: string, host: string, how: string): WorkspaceAttack => ({
    ...{ what: `${file} that ${how}`, folder, host, box: `strike '${file}' CANARY` },
    after: file === '.envrc' ? 'direnv export bash' : opened(file),
  });
  return paths.flatMap((path) => {
    const [file, inside] = [path, `${path}/x`];
    const old = isFile(path) ? file : inside;
    const above = dirname(old);
    const host = `${above === '.' ? '' : `mkdir -p '${above}'; `}echo : > '${old}'`;
    return [
      attack(old, 'old', host, 'was there'),
      attack(file, 'new-files', '', 'is new'),
      attack(inside, 'new-folders', '', 'is new'),
    ];
  });
}

const REPOSITORY =
  'git init -q -b main .; echo x > file; git add file; git commit -qm first; git branch side; git remote add origin .';
const WITH_SUBMODULE = `${REPOSITORY}; git -c protocol.file.allow=always submodule --quiet add ./. sub; git commit -qm sub`;
const PLANT = "git config core.fsmonitor 'touch CANARY; :'";
const STATUS = 'git status';
const COMMIT = 'git commit --allow-empty -qm host';
const script = (path: string) => `printf '#!/bin/sh\\ntouch CANARY\\n' > ${path}; chmod +x ${path}`;

/** What is tried on repositories: what, what the box does, what the host does afterwards, and what there was before. */
const GIT: readonly (readonly [what: string, box: string, after: string, host?: string])[] = [
  ['a hook of commits', script('.git/hooks/pre-commit'), COMMIT],
  ['a hook of checkouts', script('.git/hooks/post-checkout'), 'git checkout -q side'],
  ['a watcher', PLANT, STATUS],
  ['hooks elsewhere', `mkdir h; ${script('h/pre-commit')}; git config core.hooksPath h`, COMMIT],
  [
    'a filter',
    "git config filter.f.clean 'touch CANARY; cat'; echo 'file filter=f' > .gitattributes",
    'echo more >> file; git add file',
  ],
  [
    'a program for differences',
    "git config diff.d.textconv 'touch CANARY; cat'; echo 'file diff=d' > .gitattributes",
    'echo more >> file; git diff',
  ],
  [
    'a driver of merges',
    "git config merge.m.driver 'touch CANARY'; echo 'file merge=m' > .gitattributes",
    'git checkout -q side; echo s > file; git commit -qam s; git checkout -q main; echo m > file; git commit -qam m; git merge side',
  ],
  ['an alias', "git config alias.st '!touch CANARY'", 'git st'],
  [
    'settings that are included',
    `git config include.path ../more; git config -f more core.fsmonitor 'touch CANARY; :'`,
    STATUS,
  ],
  [
    'a program for uploads',
    "git config remote.origin.uploadpack 'touch CANARY; git-upload-pack'",
    'git fetch -q origin',
  ],
  [
    'a program for ssh',
    "git config remote.origin.url ssh://host.invalid/x; git config core.sshCommand 'touch CANARY; false'",
    'git fetch -q origin',
  ],
  [
    'a program for signatures',
    `${script('sign')}; git config gpg.program ./sign; git config commit.gpgSign true`,
    COMMIT,
  ],
  ['a repository that is moved away', `mv .git g; git init -q .; ${PLANT}`, STATUS],
  ['a repository that is removed', `rm -rf .git; git init -q .; ${PLANT}`, STATUS],
  [
    'a file in the place of .git',
    `git init -q g; git -C g config core.worktree ..; git -C g ${PLANT.slice(4)}; rm -rf .git; mv g/.git d; echo 'gitdir: d' > .git`,
    STATUS,
  ],
  ['a link in the place of .git', `git init -q g; git -C g ${PLANT.slice(4)}; rm -rf .git; ln -s g/.git .git`, STATUS],
  [
    'a second name of its settings',
    `ln .git/config c; printf '[core]\\n\\tfsmonitor = "touch CANARY; :"\\n' >> c`,
    STATUS,
  ],
  [
    'a folder above a repository that is renamed',
    `mv a x; mkdir -p a/b; cd a/b; git init -q .; ${PLANT}`,
    'cd a/b; git status',
    'mkdir -p a/b; cd a/b; git init -q .',
  ],
  [
    'settings of a submodule',
    "git config submodule.sub.update '!touch CANARY;:'",
    'rm -rf sub; git submodule update --force',
    WITH_SUBMODULE,
  ],
  ['a watcher in a submodule', `cd sub; ${PLANT}`, STATUS, WITH_SUBMODULE],
  [
    'another file in the place of the .git of a submodule',
    `git init -q g; git -C g config core.worktree ../../sub; git -C g ${PLANT.slice(4)}; cd sub; echo 'gitdir: ../g/.git' > .git || { echo 'gitdir: ../g/.git' > n; mv -f n .git; }`,
    'cd sub; git status',
    WITH_SUBMODULE,
  ],
  ['a nested repository', `git init -q sub; cd sub; ${PLANT}`, 'cd sub; git status'],
  ['a repository where none was', `git init -q .; ${PLANT}`, STATUS, ':'],
  [
    'a linked worktree',
    `${PLANT}; git worktree add -q wt side; echo 'gitdir: ../.git/worktrees/wt' > wt/.git`,
    'cd wt; git status',
  ],
  [
    'a fake bare repository',
    `mkdir objects refs; for s in core.fsmonitor='touch CANARY; :' core.worktree=. core.bare=false core.repositoryformatversion=0; do git config -f config "\${s%%=*}" "\${s#*=}"; done; echo 'ref: refs/heads/main' > HEAD`,
    STATUS,
    ':',
  ],
  [
    'settings of a bare repository that was there',
    `cd b.git; ${PLANT}; git config core.bare false; git config core.worktree .`,
    'cd b.git; git status',
    'git init -q --bare b.git',
  ],
  [
    'a hook of a bare repository that was there',
    script('b.git/hooks/pre-receive'),
    'git push -q "$PWD/b.git" HEAD:refs/heads/new',
    'git init -q --bare b.git',
  ],
  [
    'a repository behind a link to a folder',
    `git init -q x; git -C x ${PLANT.slice(4)}; ln -s x y`,
    'cd y; git status',
    ':',
  ],
  [
    'another spelling of .git, for a machine that does not tell them apart',
    "mkdir .Git; echo 'touch CANARY' > .Git/config",
    opened('.Git/config'),
    ':',
  ],
  [
    'another spelling of a folder of an editor',
    "mkdir .VSCode; echo 'touch CANARY' > .VSCode/tasks.json",
    opened('.VSCode/tasks.json'),
    ':',
  ],
  [
    'a link in the place of a folder of an agent',
    "mkdir x; echo 'touch CANARY' > x/settings.json; ln -s x .claude",
    opened('.claude/settings.json'),
    ':',
  ],
  ['a second name of a guarded file', "ln .envrc e; echo 'touch CANARY' > e", 'direnv export bash', 'echo : > .envrc'],
  [
    'folders above a guarded file that change places',
    "mv deep/er deep/old; mv deep old; mkdir -p deep/er; echo 'touch CANARY' > deep/er/.envrc",
    'cd deep/er; direnv export bash',
    'mkdir -p deep/er; echo : > deep/er/.envrc',
  ],
  [
    'a folder above a guarded file that becomes a link',
    "mv deep d; mkdir other; ln -s other deep; echo 'touch CANARY' > other/.envrc; echo 'touch CANARY' > deep/.envrc",
    'cd deep; direnv export bash',
    'mkdir deep; echo : > deep/.envrc',
  ],
];

/** All of them. */
export const WORKSPACE_ATTACKS: readonly WorkspaceAttack[] = [
  ...sinkAttacks(),
  ...GIT.map(([what, box, after, host = REPOSITORY], n) => ({ what, folder: `git-${n}`, host, box, after })),
];

/** A script that does one part of each, in the project at `root`, and gets along with steps that fail. */
export function scriptOf(
  part: 'host' | 'box' | 'after',
  attacks: readonly WorkspaceAttack[],
  root: string,
  canary: (attack: WorkspaceAttack) => string,
): string {
  const steps = attacks.map((attack) => {
    const text = attack[part].replaceAll('CANARY', canary(attack));
    return text === '' ? '' : `(cd '${join(root, attack.folder)}' && { ${text}\n}) > /dev/null 2>&1`;
  });
  return [STRIKE, ...steps, 'true'].join('\n');
}
