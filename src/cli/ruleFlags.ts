import { UsageError } from '../errors.ts';
import { ruleProblem, shown } from '../network/policy/parse.ts';
import { PRESET_NAMES } from '../network/policy/presets.ts';

/** The values of `--allow` and `--deny` as they are. Throws UsageError for one that is neither a rule nor a preset. */
export function ruleFlags<T extends { readonly [K in 'allow' | 'deny']?: readonly string[] | undefined }>(flags: T): T {
  for (const verdict of ['allow', 'deny'] as const) {
    for (const text of flags[verdict] ?? []) {
      const problem = ruleProblem(text, verdict);
      if (problem === undefined) continue;
      throw new UsageError(`--${verdict} ${shown(text)}: ${problem}`, [
        `--${verdict} example.com:8443`,
        `presets: ${PRESET_NAMES.join(', ')}`,
      ]);
    }
  }
  return flags;
}
