import { AUTOMATION } from './automation.ts';
import { BUILDS } from './builds.ts';
import { PACKAGES } from './packages.ts';
import { type Place, placeFinder } from './place.ts';
import { TOOLS } from './tools.ts';

/** Everything that is marked for its path alone. */
export const PLACES: readonly Place[] = [...AUTOMATION, ...TOOLS, ...PACKAGES, ...BUILDS];

/** The places of {@link PLACES} that a path is one of. */
export const placesOf: (path: string) => readonly Place[] = placeFinder(PLACES);
