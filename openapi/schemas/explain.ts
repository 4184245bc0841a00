import {
  ExplainedLayerSchema,
  ExplainRequestSchema,
  ExplainResponseSchema,
  IdentityOriginSchema,
  LayerNameSchema,
  LayerOutcomeSchema,
} from '../../shared/contract/explain';
import { named } from '../named-schema';

export const explainSchemas = {
  ExplainRequest: named(
    ExplainRequestSchema,
    'Whom to explain the flag for, and when.',
    {
      userId: 'Without it, and without a `targetingKey` in the context, the caller in question is anonymous.',
      deviceId: 'A device that the user asks from.',
      context:
        'As in an OFREP request: `country`, `region`, `client`, `session`; and `email`, `groups`, `userType`, `subscription` and custom attributes for users whom the user pool does not know. Texts of up to 2,048 characters, lists of up to 1,000 items.',
      at: 'The moment in question, past or future. Now if left out.',
    },
    { userId: 'a11ce000-0000-4000-8000-000000000003', context: { client: { appVersion: '2.1.0' } } },
  ),
  LayerName: named(LayerNameSchema, 'A layer of the resolution order.'),
  LayerOutcome: named(
    LayerOutcomeSchema,
    '`matched`: it decided. `shadowed`: it would have, had none before it. `skipped`: it had nothing to say.',
  ),
  ExplainedLayer: named(ExplainedLayerSchema, 'What one layer said.', {
    detail: 'For people. Its wording may change.',
  }),
  IdentityOrigin: named(
    IdentityOriginSchema,
    'Where the identity attributes are from: the user pool, the context of the request, or nowhere.',
  ),
  Explanation: named(ExplainResponseSchema, 'Why a flag gives a user what it gives.', {
    result:
      'Null where the flag is absent. A flag that the user is outside the groups, types and tiers of shows its off variant.',
    layers: 'All twelve, in the order in which they are asked; one is `matched`.',
  }),
};
