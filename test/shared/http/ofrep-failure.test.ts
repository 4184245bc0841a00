import type { Context } from 'aws-lambda';
import { OfrepFailureSchema } from '../../../shared/contract/ofrep-answer';
import { FlagError, invalidField, StoreUnavailable } from '../../../shared/errors';
import { createHandler } from '../../../shared/http/create-handler';
import { ofrepFailure } from '../../../shared/http/ofrep-failure';
import type { HttpEvent } from '../../../shared/http/request';
import { telemetry } from '../../../shared/telemetry';
import { IDENTITY_CLAIMS } from '../../support/signed-tokens';

const anEvent = (pathParameters?: Record<string, string>): HttpEvent => ({
  routeKey: 'POST /ofrep/v1/evaluate/flags',
  rawPath: '/ofrep/v1/evaluate/flags',
  headers: {},
  ...(pathParameters && { pathParameters }),
  requestContext: {
    requestId: 'request-1',
    http: { method: 'POST', sourceIp: '203.0.113.7', userAgent: '' },
  },
});

/** What a client gets where an endpoint of OFREP fails so. */
const answerTo = async (error: Error, event = anEvent({ key: 'theme' })) => {
  const handler = createHandler(
    {
      caller: 'none',
      area: 'evaluation',
      failure: ofrepFailure,
      answer: async () => {
        throw error;
      },
    },
    {
      verifier: { verify: async () => Promise.reject(error) },
      identityClaims: IDENTITY_CLAIMS,
      environments: ['production'],
      defaultEnvironment: 'production',
      telemetry,
      startInvocation: () => undefined,
    },
  );
  const context = { functionName: 'evaluate-flag', getRemainingTimeInMillis: () => 5_000 };
  const { statusCode, headers, body = '' } = await handler(event, context as Context);
  return { statusCode, headers, body: OfrepFailureSchema.parse(JSON.parse(body)) };
};

describe('a failure of OFREP', () => {
  it.each([
    ['a bug', new TypeError('secret'), 500, 'GENERAL'],
    ['a store that does not answer', new StoreUnavailable('no', new Error('secret')), 503, 'GENERAL'],
    ['a limit', new FlagError('RATE_LIMITED', 'Later.', { retryAfterSeconds: 7 }), 429, 'GENERAL'],
    ['a flag that is not there', new FlagError('FLAG_NOT_FOUND', 'None.'), 404, 'FLAG_NOT_FOUND'],
    ['a token that does not count', new FlagError('UNAUTHENTICATED', 'No.'), 401, 'GENERAL'],
    ['malformed JSON', invalidField('', 'malformed_json', 'No.'), 400, 'PARSE_ERROR'],
    ['a wrong context', invalidField('/context', 'invalid_type', 'No.'), 400, 'INVALID_CONTEXT'],
    ['a wrong query', invalidField('#query/x', 'unknown_field', 'No.'), 400, 'GENERAL'],
    ['a missing key', invalidField('/x', 'targeting_key_missing', 'No.'), 400, 'TARGETING_KEY_MISSING'],
  ])('by %s has its key and code, and nothing from inside', async (_, error, status, errorCode) => {
    const { statusCode, headers, body } = await answerTo(error);
    expect({ statusCode, ...body }).toMatchObject({ statusCode: status, key: 'theme', errorCode });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': 'request-1',
    });
    expect(body.errorDetails).not.toContain('secret');
  });

  it('has no key where all flags were asked for', async () => {
    expect((await answerTo(new Error('secret'), anEvent())).body).toEqual({
      errorCode: 'GENERAL',
      errorDetails: 'Something went wrong on our side.',
    });
  });

  it('says when to try again', async () => {
    const limited = await answerTo(new FlagError('RATE_LIMITED', 'Later.', { retryAfterSeconds: 7 }));
    expect(limited.headers['retry-after']).toBe('7');
    const unavailable = await answerTo(new StoreUnavailable('no', new Error()));
    expect(unavailable.headers['retry-after']).toBe('2');
  });
});
