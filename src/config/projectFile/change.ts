import type { MergedProfile } from '../merge.ts';
import type { Profile } from '../profile.ts';
import type { Settings } from '../settings.ts';

/** What a project file changes: the profile, and variables that are weaker than all of the user's own. */
export interface Effective {
  readonly profile: Profile;
  readonly env: Readonly<Record<string, string>>;
}

/** One thing that a project file asks for. */
export interface Change {
  /** By the name in the file: `resources.memory`. */
  readonly setting: string;
  /** With its value, for people: `memory 1g`. */
  readonly text: string;
  /** `tightens` counts freely, `widens` needs trust, `impossible` never counts. */
  readonly kind: 'tightens' | 'widens' | 'impossible';
  readonly apply: (before: Effective) => Effective;
}

/** What one setting of a project file comes to on a profile: nothing where it says what holds already. Pure. */
export type Rule = (merged: MergedProfile, file: Settings) => readonly Change[];

/** A change of the profile alone. */
export function ofProfile(parts: Omit<Change, 'apply'>, changed: (profile: Profile) => Partial<Profile>): Change {
  return { ...parts, apply: ({ profile, env }) => ({ profile: { ...profile, ...changed(profile) }, env }) };
}
