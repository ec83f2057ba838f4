import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { projectJsonSchema } from '../src/config/projectFile/schema.ts';
import { configJsonSchema } from '../src/config/schema.ts';

// Writes config.schema.json and project.schema.json, for editors; unit tests fail when they are out of date.
const schemas = { 'config.schema.json': configJsonSchema(), 'project.schema.json': projectJsonSchema() };
for (const [name, schema] of Object.entries(schemas)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
