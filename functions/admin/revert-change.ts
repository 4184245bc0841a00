import { composeHandler } from '../../shared/composition/handlers';
import { composeRevertService } from '../../shared/composition/revert-service';
import { revertChangeRequest } from '../../shared/contract/audit-requests';
import { auditIdOf, callOf, placeOf } from '../../shared/http/request';
import { accepted, ok } from '../../shared/http/responses';

const reverts = composeRevertService();

export const handler = composeHandler({
  caller: 'admin',
  ...revertChangeRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun, force } = request.query;
    const call = { ...callOf(request, dryRun), force };
    const reverted = await reverts.revert(call, auditIdOf(request), request.body?.expiresAt);
    if ('event' in reverted) {
      return ok(reverted.event);
    }
    const { flagKey, id } = reverted.begun;
    return accepted(reverted.begun, placeOf(request, `/api/admin/flags/${flagKey}/imports/${id}`));
  },
});
