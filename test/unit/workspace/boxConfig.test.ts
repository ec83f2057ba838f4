import { expect, it } from 'vitest';
import { gitConfigText, parseGitList } from '../../../src/credentials/gitConfigText.ts';
import { boxConfig, placeOf } from '../../../src/workspace/git/boxConfig.ts';

const kept = (lines: readonly string[], client = false) =>
  boxConfig(parseGitList(lines.map((line) => `${line.replace('=', '\n')}\0`).join('')), { bare: false, client })
    .slice(4)
    .map(({ key, value }) => `${key}=${value}`);

it.each([
  ['https://user:pass@git.test/a/b.git', 'https://git.test/a/b.git'],
  ['https://ghp_token@github.test/a', 'https://github.test/a'],
  ['HTTPS://a@b:c@host:8443/x', 'HTTPS://host:8443/x'],
  ['http://host/x?private_token=1#2', 'http://host/x'],
  ['https://host/a@b', 'https://host/a@b'],
  ['ssh://git:pass@host:22/x', 'ssh://git@host:22/x'],
  ['git@github.test:a/b.git', 'git@github.test:a/b.git'],
  ['ftp://me:pw@host', 'ftp://host'],
  ['../lib', '../lib'],
  ['/srv/git/x@y.git', '/srv/git/x@y.git'],
  ['file:///srv/x', 'file:///srv/x'],
])('%s is the place %s', (url, place) => {
  expect(placeOf(url)).toBe(place);
});

it('keeps remotes, branches and how files are kept, and nothing that runs a program or opens a door', () => {
  const harmless = [
    'core.filemode=false',
    'core.autocrlf=input',
    'pull.rebase=true',
    'remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*',
    'remote.a.b.url=git@h:x',
    'branch.ü/x.merge=refs/heads/main',
    'submodule.lib.active=true',
    'user.email=me@project.test',
  ];
  const armed = [
    ...['core.hookspath', 'core.fsmonitor', 'core.sshcommand', 'core.pager', 'core.editor', 'core.askpass'],
    ...['core.gitproxy', 'core.attributesfile', 'core.excludesfile', 'core.worktree', 'core.alternaterefscommand'],
    ...['diff.external', 'diff.x.textconv', 'diff.x.command', 'filter.lfs.clean', 'filter.lfs.process'],
    ...['merge.x.driver', 'credential.helper', 'credential.https://h.helper', 'alias.st', 'alias.x', 'include.path'],
    ...['includeif.gitdir:/.path', 'url.https://t@h/.insteadof', 'gpg.program', 'gpg.ssh.defaultkeycommand'],
    ...['http.extraheader', 'http.https://h/.extraheader', 'http.proxy', 'http.cookiefile', 'remote.origin.proxy'],
    ...['remote.origin.uploadpack', 'remote.origin.receivepack', 'remote.origin.vcs', 'uploadpack.packobjectshook'],
    ...['submodule.lib.update', 'sequence.editor', 'mergetool.x.cmd', 'browser.x.cmd', 'trailer.x.command'],
    ...['extensions.worktreeconfig', 'interactive.difffilter', 'pager.log', 'init.templatedir', 'user.signingkey'],
  ].map((key) => `${key}=touch /tmp/canary`);
  expect(kept([...harmless, ...armed, 'remote.evil.url=ext::sh -c id'])).toEqual(harmless);
  expect(kept(harmless, true)).toEqual(harmless.slice(0, -1));
  expect(
    kept(['branch.main.remote=https://tok@h/x', 'remote.https://u:p@h/y.fetch=x', 'remote.o.pushurl=https://u:p@h']),
  ).toEqual(['branch.main.remote=https://h/x', 'remote.https://h/y.fetch=x', 'remote.o.pushurl=https://h']);
});

it('says of which format the repository is', () => {
  const format = (text: string) => gitConfigText(boxConfig(parseGitList(text), { bare: false, client: false }));
  expect(format('')).toContain('repositoryformatversion = "0"');
  expect(format('extensions.objectformat\nsha256\0')).toMatch(/formatversion = "1".*objectformat = "sha256"/s);
  expect(format('extensions.partialclone\norigin\0')).toMatch(/formatversion = "1".*partialclone = "origin"/s);
});
