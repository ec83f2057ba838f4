// Succeeds when node_modules holds what package-lock.json names: modules-current.mjs REPOSITORY
// npm notes what it installed in node_modules/.package-lock.json, without the optional packages of other platforms.
import { readFileSync } from 'node:fs';

const [repository] = process.argv.slice(2);
const packages = (file) => JSON.parse(readFileSync(`${repository}/${file}`, 'utf8')).packages;

function isCurrent() {
  const { '': _root, ...wanted } = packages('package-lock.json');
  const present = packages('node_modules/.package-lock.json');
  return (
    Object.keys(present).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { version, optional }]) =>
      path in present ? present[path].version === version : optional === true,
    )
  );
}

try {
  process.exitCode = isCurrent() ? 0 : 1;
} catch {
  process.exitCode = 1;
}
