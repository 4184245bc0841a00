import { NO_IDENTITY } from '../../../shared/http/identity';
import { identifySigner, isSigned } from '../../../shared/http/signed-caller';

describe('a route for signed requests', () => {
  it.each([
    ['GET /signed/api/admin/flags', true],
    ['GET /api/admin/flags', false],
    ['GET /api/signed/flags', false],
    ['$default', false],
  ])('%s: %s', (routeKey, expected) => {
    expect(isSigned({ routeKey })).toBe(expected);
  });
});

describe('the caller of a signed request', () => {
  const event = (iam?: Record<string, string>) => ({
    routeKey: 'GET /signed/api/admin/flags',
    requestContext: { authorizer: iam === undefined ? undefined : { iam } } as {
      authorizer?: { iam?: object };
    },
  });

  it('is the ARN that the gateway names', () => {
    const userArn = 'arn:aws:sts::123456789012:assumed-role/OnCall/jo';
    expect(identifySigner(event({ userArn }))).toEqual({
      userId: userArn,
      identity: NO_IDENTITY,
      isMachine: false,
    });
  });

  it.each([undefined, {}, { userArn: '' }, { userArn: 'jo' }])(
    'is nobody where the gateway names none: %j',
    (iam) => {
      expect(() => identifySigner(event(iam as Record<string, string> | undefined))).toThrow(
        expect.objectContaining({ code: 'UNAUTHENTICATED' }),
      );
    },
  );
});
