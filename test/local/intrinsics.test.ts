import { resolveIntrinsics } from '../../local/intrinsics';

const stand = {
  ref: (id: string) => `ref-${id}`,
  attribute: (id: string, name: string) => `${id}.${name}`,
};
const resolve = (value: unknown) => resolveIntrinsics(value, stand);

describe('intrinsic functions of a template', () => {
  it.each([
    ['Ref', { Ref: 'Table' }, 'ref-Table'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['Fn::GetAtt as a list', { 'Fn::GetAtt': ['Table', 'Arn'] }, 'Table.Arn'],
    ['Fn::GetAtt as a text', { 'Fn::GetAtt': 'Table.Stream.Arn' }, 'Table.Stream.Arn'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'B' }]] }, 'a-ref-B'],
    [
      'Fn::Sub',
      { 'Fn::Sub': '${AWS::Partition}:${Table}:${Table.Arn}:${!Literal}' },
      'aws:ref-Table:Table.Arn:${!Literal}',
    ],
    ['Fn::Sub with variables', { 'Fn::Sub': ['${x}-${Y}', { x: { Ref: 'Z' } }] }, 'ref-Z-ref-Y'],
    ['Fn::Select of Fn::Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
  ])('%s is carried out', (_, value, expected) => {
    expect(resolve({ deep: [value] })).toEqual({ deep: [expected] });
  });

  it('that are not known are an error, not a silent gap', () => {
    expect(() => resolve({ 'Fn::ImportValue': 'x' })).toThrow('Fn::ImportValue');
    expect(() => resolve({ 'Fn::Join': ['-', [{ a: 1 }]] })).toThrow('expected a text');
    expect(() => resolve({ 'Fn::Join': 'x' })).toThrow('expected a list');
  });

  it('leave everything else as it is', () => {
    expect(resolve({ a: 1, b: null, c: ['x', true] })).toEqual({ a: 1, b: null, c: ['x', true] });
  });
});
