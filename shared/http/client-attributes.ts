import type { EvaluationContext } from '../evaluation/model';
import { textOf } from './identity';
import { readUserAgent } from './user-agent';

type Headers = Readonly<Record<string, string | undefined>>;
type Surroundings = Pick<EvaluationContext, 'country' | 'region' | 'client'>;

/** Of any header, in characters; what is longer is cut. A pattern of a condition is tried on texts twice that long. */
const MAX_HEADER_LENGTH = 512;

const LANGUAGE = /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8})\s*(?:[,;]|$)/;
const TIMEZONE = /^[A-Za-z0-9_+/-]{1,64}$/;
const APP_VERSION = /^[\w.+-]{1,64}$/;
/** Code of a country (ISO 3166-1), or of a part of one (the second half of ISO 3166-2). */
const PLACE = /^[A-Za-z0-9]{1,3}$/;

const matched = (pattern: RegExp, text: string | undefined): string | undefined =>
  text !== undefined && pattern.test(text) ? text : undefined;

/**
 * What the headers of a request say of the client that sent it. Nothing of it can be trusted: whoever calls writes them,
 * those of CloudFront too where no CloudFront is in front.
 */
export const readClientHeaders = (headers: Headers): Surroundings => {
  const header = (name: string) => textOf(headers[name]?.slice(0, MAX_HEADER_LENGTH));
  const userAgent = header('user-agent');
  const client = {
    userAgent,
    ...readUserAgent(userAgent ?? '', {
      brands: header('sec-ch-ua'),
      platform: header('sec-ch-ua-platform'),
      mobile: header('sec-ch-ua-mobile'),
    }),
    language: LANGUAGE.exec(header('accept-language') ?? '')?.[1],
    timezone: matched(TIMEZONE, header('x-timezone') ?? header('cloudfront-viewer-time-zone')),
    appVersion: matched(APP_VERSION, header('x-app-version')),
  };
  return {
    country: matched(PLACE, header('cloudfront-viewer-country')),
    region: matched(PLACE, header('cloudfront-viewer-country-region')),
    client: Object.fromEntries(
      Object.entries(client).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
  };
};
