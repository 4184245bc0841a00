import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { format, resolveConfig } from 'prettier';
import { makeDocument } from './document';

/** `npm run openapi` writes the document; with `--check` it fails where that would change something. */
const file = join(__dirname, '..', 'docs', 'openapi.json');

const validate = async (text: string): Promise<void> => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text) as Record<string, unknown>);
  if (!valid) {
    throw new Error(`The document is not valid OpenAPI: ${JSON.stringify(errors, undefined, 2)}`);
  }
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { check: { type: 'boolean' } } });
  const options = await resolveConfig(file);
  const text = await format(JSON.stringify(makeDocument()), { ...options, filepath: file });
  await validate(text);
  if (values.check !== true) {
    await writeFile(file, text);
    return;
  }
  if (text !== (await readFile(file, 'utf8'))) {
    throw new Error('docs/openapi.json is not what the contract says: run npm run openapi, and commit it.');
  }
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
