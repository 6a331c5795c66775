import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { openApiDocument } from '../functions/api/contract/openapi.ts';

/** Where the published OpenAPI document lies. `GET /openapi.json` answers with the same. */
export const OPENAPI_FILE = resolve(import.meta.dirname, '../docs/openapi.json');

if (import.meta.main) writeFileSync(OPENAPI_FILE, `${JSON.stringify(openApiDocument(), null, 2)}\n`);
