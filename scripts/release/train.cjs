// Runs the program and writes the compiled code of what it used: node --random-seed=1 train.cjs PROGRAM OUTPUT ARGUMENT...
// The seed, and a name that does not depend on where it is built, make the same code the same bytes. How the program is wrapped must be as scripts/lib/loader.cjs does it.
const { readFileSync, writeFileSync } = require('node:fs');
const { constants, Script } = require('node:vm');

const [file, output] = process.argv.splice(2, 2);
const script = new Script(
  `(function (require, module, exports, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`,
  { filename: 'agentbox', importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
);
process.on('exit', () => writeFileSync(output, script.createCachedData()));
script.runInThisContext()(require, module, exports, __filename, __dirname);
