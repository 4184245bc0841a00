/**
 * Stands in for what binds fields of a request to the parts of an HTTP message. DynamoDB and Cognito are spoken to in
 * JSON alone: no operation of theirs binds anything, or has a host name of its own.
 */
export const getHttpOperationBindings = (): readonly undefined[] => [];

export const HttpBindingNormalizedSchema = {
  of(): never {
    throw new Error('no operation here binds a field to its host name');
  },
};
