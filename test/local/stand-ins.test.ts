import { standFor } from '../../local/stand-ins';

const stand = standFor({
  FlagTable8D16CCC3: { Type: 'AWS::DynamoDB::Table' },
  Health02A586CD: { Type: 'AWS::Lambda::Function' },
  UserPool6BA7E5F2: { Type: 'AWS::Cognito::UserPool' },
  KeyABCDEF01: { Type: 'AWS::KMS::Key' },
});

describe('standFor', () => {
  it('names a table without the hash, so that its data is found again after the hash has changed', () => {
    expect(stand.ref('FlagTable8D16CCC3')).toBe('FlagTable');
  });

  it('gives the user pool an id of the form that AWS gives', () => {
    expect(stand.ref('UserPool6BA7E5F2')).toBe('us-east-1_LocalPool1');
  });

  it('ends the ARN of a function with its logical id', () => {
    expect(stand.attribute('Health02A586CD', 'Arn')).toMatch(/:Health02A586CD$/);
  });

  it.each([
    ['a resource that the template does not have', () => stand.ref('Nothing')],
    ['a kind of resource that does not run here', () => stand.ref('KeyABCDEF01')],
    ['an attribute that nothing stands in for', () => stand.attribute('UserPool6BA7E5F2', 'ProviderURL')],
    ['an attribute of nothing', () => stand.attribute('Nothing', 'Arn')],
  ])('throws for %s instead of guessing', (_what, look) => {
    expect(look).toThrow('Nothing here stands in for');
  });
});
