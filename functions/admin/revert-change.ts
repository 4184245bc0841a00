import { composeHandler } from '../../shared/composition/handlers';
import { composeRevertService } from '../../shared/composition/revert-service';
import { revertChangeRequest } from '../../shared/contract/audit-requests';
import { auditIdOf, callOf } from '../../shared/http/request';
import { ok } from '../../shared/http/responses';

const reverts = composeRevertService();

export const handler = composeHandler({
  caller: 'admin',
  ...revertChangeRequest,
  area: 'admin',
  answer: async (request) =>
    ok(await reverts.revert(callOf(request, request.query.dryRun), auditIdOf(request))),
});
