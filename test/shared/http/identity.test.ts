import { identityOf } from '../../../shared/http/identity';
import { IDENTITY_CLAIMS } from '../../support/signed-tokens';

const ofToken = (claims: Record<string, unknown>, names = {}) =>
  identityOf({ token_use: 'id', ...claims }, { ...IDENTITY_CLAIMS, ...names });

describe('the identity in a token', () => {
  it.each([
    [true, 'a@example.com'],
    ['true', 'a@example.com'],
    [false, undefined],
    ['false', undefined],
    [1, undefined],
    [undefined, undefined],
  ])('has an e-mail address only if it is verified: email_verified %p', (verified, email) => {
    expect(ofToken({ email: 'a@example.com', email_verified: verified }).email).toBe(email);
  });

  it.each([
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
    [['a b', '', 7], ['a b']],
    ['a,b', ['a', 'b']],
    ['a, b', ['a', 'b']],
    ['a b', ['a', 'b']],
    ['[a b]', ['a', 'b']],
    ['[non-admin]', ['non-admin']],
    ['', []],
    [{ a: true }, []],
    [undefined, []],
  ])('has groups by a list or a text: %p', (claim, groups) => {
    expect(ofToken({ 'cognito:groups': claim }).groups).toEqual(groups);
  });

  it('has groups, user type and subscription by the claims that a deployment names', () => {
    const claims = { roles: 'x y', 'custom:kind': 'staff', tier: 'gold', 'cognito:groups': ['admin'] };
    const names = { groups: 'roles', userType: 'custom:kind', subscription: 'tier' };
    expect(ofToken(claims, names)).toEqual({
      email: undefined,
      groups: ['x', 'y'],
      userType: 'staff',
      subscription: 'gold',
      custom: {},
    });
  });

  it('has the other claims as custom attributes', () => {
    const { custom } = ofToken({ 'custom:orders': '12', plan: 'pro', limits: { seats: 3 } });
    expect(custom).toEqual({ orders: '12', plan: 'pro', limits: { seats: 3 } });
  });

  it('prefers what a trigger added to what stands in the pool under that name', () => {
    for (const claims of [
      { plan: 'by the trigger', 'custom:plan': 'in the pool' },
      { 'custom:plan': 'in the pool', plan: 'by the trigger' },
    ]) {
      expect(ofToken(claims).custom).toEqual({ plan: 'by the trigger' });
    }
  });

  it('takes nothing from claims about the token, and from what users write themselves', () => {
    const claims = {
      ...{ iss: 'i', aud: 'a', exp: 1, iat: 1, nbf: 1, jti: 'j', sub: 's', auth_time: 1, event_id: 'e' },
      ...{ origin_jti: 'o', client_id: 'c', scope: 's', username: 'u', nonce: 'n', at_hash: 'h' },
      ...{ 'cognito:username': 'u', 'cognito:roles': ['r'], email: 'a@example.com', email_verified: true },
      ...{ name: 'n', given_name: 'g', family_name: 'f', nickname: 'n', locale: 'l', zoneinfo: 'z' },
      ...{
        picture: 'p',
        phone_number: '1',
        preferred_username: 'p',
        website: 'w',
        profile: 'p',
        gender: 'g',
      },
    };
    expect(ofToken(claims).custom).toEqual({});
  });

  it('has no custom attribute of a name that conditions know already', () => {
    const names = ['userId', 'email', 'groups', 'userType', 'subscription', 'environment', 'now'];
    const others = ['country', 'region', 'client', 'session', 'segment'];
    const claims = [...names, ...others].flatMap((name) => [
      [name, 'forged'],
      [`custom:${name}`, 'forged'],
    ]);
    const { custom, email, groups } = ofToken(Object.fromEntries(claims));
    expect({ custom, email, groups }).toEqual({ custom: {}, email: undefined, groups: [] });
  });

  it('is groups alone in an access token', () => {
    const claims = { 'cognito:groups': ['a'], email: 'a@example.com', email_verified: true, plan: 'pro' };
    expect(ofToken({ ...claims, token_use: 'access', 'custom:subscription': 'premium' })).toEqual({
      email: undefined,
      groups: ['a'],
      userType: undefined,
      subscription: undefined,
      custom: {},
    });
  });
});
