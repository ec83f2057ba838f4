// The head of dist/agentbox, where the build puts the program below it as a comment, and of a single executable, which has the
// program as an asset. So who only wants the version does not pay for the rest, and everything else starts from V8's compiled
// code, kept in the user's cache; an executable brings some for the first start. See docs/decisions.
const KEY = '%KEY%';
if (process.argv.length === 3 && /^(-V|--version)$/.test(process.argv[2])) process.stdout.write('%VERSION%\n');
else start();

function start() {
  const { constants, Script } = require('node:vm');
  const { isSea } = require('node:sea');
  const { program, code } = isSea() ? fromAssets() : fromComment();
  const file = cacheFile();
  const kept = file && readOwn(file);
  const cachedData = kept ?? code;
  const script = new Script(`(function (require, module, exports, __filename, __dirname) {${program}\n})`, {
    filename: __filename,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  script.runInThisContext()(require, module, exports, __filename, __dirname);
  if (file && (kept === undefined || script.cachedDataRejected)) process.on('exit', () => keep(file, script));
}

function fromComment() {
  // The program is ASCII, which is read in a third of the time as this.
  const text = require('node:fs').readFileSync(__filename, 'latin1');
  const program = text.slice(text.indexOf('/*PROGRAM\n') + 10, text.lastIndexOf('\nPROGRAM*/'));
  return { program: program.replaceAll('*\u0001/', '*/') };
}

// The program is ASCII.
function fromAssets() {
  const { getRawAsset } = require('node:sea');
  const code = Buffer.from(getRawAsset('code'));
  return { program: Buffer.from(getRawAsset('program')).latin1Slice(), code: code.length > 0 ? code : undefined };
}

// One file a command, since each compiles other parts. Undefined where there is no place for it.
function cacheFile() {
  const { HOME, XDG_CACHE_HOME } = process.env;
  const cache = XDG_CACHE_HOME?.startsWith('/') ? XDG_CACHE_HOME : HOME?.startsWith('/') ? `${HOME}/.cache` : undefined;
  const command = /^[a-z]{1,12}$/.test(process.argv[2] ?? '') ? process.argv[2] : 'other';
  return cache && `${cache}/agentbox/code/${KEY}-${process.version}-${process.arch}-${command}`;
}

// Compiled code is code: only a file that this user alone can have written is taken.
function readOwn(file) {
  const { closeSync, constants, fstatSync, openSync, readFileSync } = require('node:fs');
  try {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { uid, mode } = fstatSync(descriptor);
      return uid === process.getuid() && (mode & 0o022) === 0 ? readFileSync(descriptor) : undefined;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
}

// Written whole or not at all; what other versions left is removed. It is only a cache, so no failure is told.
function keep(file, script) {
  const { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } = require('node:fs');
  const { dirname, join } = require('node:path');
  try {
    const directory = dirname(file);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, script.createCachedData(), { flag: 'wx', mode: 0o600 });
    renameSync(partial, file);
    for (const name of readdirSync(directory))
      if (!name.startsWith(KEY)) rmSync(join(directory, name), { force: true });
  } catch {}
}
