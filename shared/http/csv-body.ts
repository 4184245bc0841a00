import { isUtf8 } from 'node:buffer';
import { MAX_CSV_BYTES } from '../contract/import';
import { FlagError, invalidField } from '../errors';
import { checkBodySize } from './json-limits';
import type { HttpEvent } from './request';

/** With or without the one charset that there is. */
const CSV = /^text\/csv\s*(;\s*(charset="?utf-8"?|header="?present"?)\s*)*$/i;

/** The text of a body that is CSV; undefined where it is something else, or `UNSUPPORTED_MEDIA_TYPE` where it has to be CSV. */
export const csvBodyOf = (event: HttpEvent, isRequired: boolean): string | undefined => {
  const { body, headers, isBase64Encoded = false } = event;
  if (!CSV.test(headers['content-type']?.trim() ?? '')) {
    if (isRequired) {
      throw new FlagError(
        'UNSUPPORTED_MEDIA_TYPE',
        'The body is CSV in UTF-8: send "Content-Type: text/csv; charset=utf-8".',
      );
    }
    return undefined;
  }
  const text = typeof body === 'string' ? body : '';
  checkBodySize(text, isBase64Encoded, MAX_CSV_BYTES);
  if (!isBase64Encoded) {
    return text;
  }
  const bytes = Buffer.from(text, 'base64');
  if (!isUtf8(bytes)) {
    throw invalidField('', 'invalid_text', 'the body is UTF-8');
  }
  return bytes.toString('utf8');
};
