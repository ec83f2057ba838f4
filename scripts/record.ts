import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { recordSession } from './record/session.ts';
import { svgOf } from './record/svg.ts';

// Writes docs/session.svg anew: a session with the built program in a real terminal. Needs Docker and root.
const file = fileURLToPath(new URL('../docs/session.svg', import.meta.url));
const svg = svgOf(await recordSession());
writeFileSync(file, svg);
console.error(`${file}: ${Math.round(svg.length / 1024)} KiB`);
