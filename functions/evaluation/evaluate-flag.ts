import { composeEvaluationService } from '../../shared/composition/evaluation-service';
import { composeHandler } from '../../shared/composition/handlers';
import { OfrepRequestSchema } from '../../shared/contract/ofrep-request';
import { ofrepAnswerOf, ofrepKeyOf } from '../../shared/http/ofrep-answer';
import { ofrepContextOf } from '../../shared/http/ofrep-context';
import { ofrepFailure } from '../../shared/http/ofrep-failure';
import { ok } from '../../shared/http/responses';

const evaluation = composeEvaluationService();

export const handler = composeHandler({
  caller: 'evaluator',
  area: 'evaluation',
  body: OfrepRequestSchema,
  failure: ofrepFailure,
  answer: async (request) => {
    const key = ofrepKeyOf(request.event);
    const evaluated = await evaluation.evaluateOne(ofrepContextOf(request), key);
    return ok(ofrepAnswerOf(evaluated, key, request.principal));
  },
});
