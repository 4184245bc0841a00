/**
 * Stands in for the two modules of zod that describe schemas as JSON Schema, 18 KiB in every bundle: functions check
 * values, and what is published of their schemas is made when the product is built.
 */
const notInBundles = (): never => {
  throw new Error('Schemas are not described as JSON Schema at run time.');
};

export const createToJSONSchemaMethod = () => notInBundles;
export const createStandardJSONSchemaMethod = () => notInBundles;
export const aggregateChecks = notInBundles;
