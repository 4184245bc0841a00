import * as z from 'zod';
import { AuditEventSchema } from '../../shared/contract/audit';
import {
  ConfigFlagsResponseSchema,
  FeatureFlagsResponseSchema,
  MyFlagsResponseSchema,
} from '../../shared/contract/evaluation';
import { FlagSchema, ListedFlagSchema } from '../../shared/contract/flag';
import {
  UserOverrideResponseSchema,
  UserOverrideSchema,
  UserOverridesListResponseSchema,
} from '../../shared/contract/override-answers';
import { AddUserOverrideRequestSchema } from '../../shared/contract/override-requests';
import { pageSchema } from '../../shared/contract/primitives';
import { adminOf, expectProblem, FLAGS, newUserId } from '../support/admin';
import { eventually, type GuidonInstance, useGuidon } from '../support/guidon-instance';

let guidon: GuidonInstance;
const { ask: asAdmin, makeFlag: aFlagPath } = adminOf(() => guidon);

beforeAll(async () => {
  guidon = await useGuidon();
});

describe('the shapes of the contract', () => {
  it('are the shapes of the answers', async () => {
    const path = await aFlagPath({ visibility: 'public', tags: ['shape'] });
    const userId = guidon.ids.alice;
    const put = await asAdmin('POST', `${path}/users`, { userId, overrideType: 'include' });
    UserOverrideResponseSchema.parse(put.body);
    UserOverridesListResponseSchema.parse((await asAdmin('GET', `${path}/users`)).body);
    z.strictObject(FlagSchema.shape).parse((await asAdmin('GET', path)).body);
    pageSchema(z.strictObject(ListedFlagSchema.shape)).parse((await asAdmin('GET', FLAGS)).body);
    ConfigFlagsResponseSchema.parse((await guidon.call('GET', '/api/config/flags')).body);
    FeatureFlagsResponseSchema.parse((await guidon.call('GET', '/api/feature-flags', { as: 'bob' })).body);
    MyFlagsResponseSchema.parse((await guidon.call('GET', '/api/flags/me', { as: 'alice' })).body);
    await eventually(
      () => asAdmin('GET', '/api/admin/audit?event=override.added'),
      ({ body }) => {
        expect(pageSchema(AuditEventSchema).parse(body).items.length).toBeGreaterThan(0);
      },
    );
  });

  it('name an override the same way in an answer and in a list', () => {
    expect(Object.keys(UserOverrideResponseSchema.shape)).toEqual(Object.keys(UserOverrideSchema.shape));
  });

  const userId = newUserId();
  it.each([
    ['the least', { userId, overrideType: 'include' }],
    ['everything', { userId, overrideType: 'exclude', reason: 'x', expiresAt: '2999-01-01T00:00:00+02:00' }],
    ['nulls', { userId, overrideType: 'exclude', reason: null, expiresAt: null }],
    ['another type', { userId, overrideType: 'value' }],
    ['no user', { overrideType: 'include' }],
    ['a user that is a number', { userId: 7, overrideType: 'include' }],
    ['a reason that is too long', { userId, overrideType: 'include', reason: 'x'.repeat(501) }],
    ['a time that is none', { userId, overrideType: 'include', expiresAt: 'tomorrow' }],
    ['an unknown field', { userId, overrideType: 'include', note: 'x' }],
    ['a list', [{ userId, overrideType: 'include' }]],
  ])('are what the server accepts of an override: %s', async (_, body) => {
    const path = await aFlagPath();
    const answer = await asAdmin('POST', `${path}/users`, body);
    if (AddUserOverrideRequestSchema.safeParse(body).success) {
      expect(answer.status).toBe(201);
    } else {
      expect(expectProblem(answer, 400, 'INVALID_REQUEST').errors?.length).toBeGreaterThan(0);
    }
  });
});
