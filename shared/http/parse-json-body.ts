import { isUtf8 } from 'node:buffer';
import httpJsonBodyParser from '@middy/http-json-body-parser';
import { FlagError } from '../errors';
import { checkBodySize, checkJson } from './json-limits';
import type { HttpEvent } from './request';

const parser = httpJsonBodyParser();

/** A gateway hands over as text what it takes for text, whatever its bytes are; of the rest they can be checked. */
const isText = ({ body, isBase64Encoded }: HttpEvent): boolean =>
  isBase64Encoded !== true || isUtf8(Buffer.from(String(body), 'base64'));

const malformed = (): FlagError =>
  new FlagError('INVALID_REQUEST', 'The body is not well-formed JSON.', {
    errors: [{ pointer: '', code: 'malformed_json', message: 'the body is not well-formed JSON' }],
  });

const isWrongType = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Unsupported Media Type';

const wrongType = (takesCsv: boolean): FlagError => {
  const what = takesCsv
    ? 'JSON or CSV in UTF-8: send "Content-Type: application/json" or "text/csv; charset=utf-8"'
    : 'JSON: send "Content-Type: application/json"';
  return new FlagError('UNSUPPORTED_MEDIA_TYPE', `The body is ${what}.`);
};

/**
 * Replaces the text of the body by what it says. A request without a body stays without. Where the route `takesCsv` too,
 * it is not CSV.
 */
export const parseJsonBody = async (event: HttpEvent, takesCsv = false): Promise<void> => {
  if (typeof event.body !== 'string' || event.body === '') {
    event.body = undefined;
    return;
  }
  checkBodySize(event.body, event.isBase64Encoded === true);
  // media types know no case
  const type = event.headers['content-type']?.toLowerCase();
  const read = { ...event, headers: { 'content-type': type } };
  try {
    await parser.before?.({ event: read } as never);
  } catch (error) {
    throw isWrongType(error) ? wrongType(takesCsv) : malformed();
  }
  if (!isText(event)) {
    throw malformed();
  }
  checkJson(read.body);
  event.body = read.body;
};
