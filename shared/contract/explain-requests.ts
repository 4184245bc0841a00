import { ExplainRequestSchema } from './explain';

/** What the route of explanations takes. */

export const explainFlagRequest = { body: ExplainRequestSchema };
