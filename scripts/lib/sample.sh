# shellcheck shell=bash
# A small project to try agentbox on. Sourced after common.sh.

# make_sample DIR: a module with a mistake, and the test that finds it. What is there already stays. Root's sample belongs
# to an ordinary user, because a box never runs as root.
make_sample() {
  local dir=$1 owner=${SUDO_UID:-0}
  mkdir -p "$dir"
  if [[ ! -e $dir/sum.mjs ]]; then
    cat >"$dir/sum.mjs" <<'CODE'
/** The sum of a list of numbers. */
export const sum = (numbers) => numbers.reduce((total, number) => total + number);
CODE
    cat >"$dir/sum.test.mjs" <<'CODE'
import assert from 'node:assert';
import { test } from 'node:test';
import { sum } from './sum.mjs';

test('numbers have a sum', () => assert.equal(sum([1, 2, 3]), 6));
test('the sum of nothing is 0', () => assert.equal(sum([]), 0));
CODE
    if have git; then git init -q "$dir"; fi
  fi
  ((owner)) || owner=1000
  if is_root; then chown -R "$owner:$owner" "$dir"; fi
}
