import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/config/schema.ts';

// Writes config.schema.json, for editors; a unit test fails when it is out of date.
const file = fileURLToPath(new URL('../config.schema.json', import.meta.url));
writeFileSync(file, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
