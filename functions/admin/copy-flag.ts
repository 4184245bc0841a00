import { composeFlagCopyService } from '../../shared/composition/flag-copy-service';
import { composeHandler } from '../../shared/composition/handlers';
import { copyFlagRequest } from '../../shared/contract/flag-requests';
import { callOf, flagKeyOf, placeOf } from '../../shared/http/request';
import { created, okVersioned } from '../../shared/http/responses';

const copies = composeFlagCopyService();

export const handler = composeHandler({
  caller: 'admin',
  ...copyFlagRequest,
  area: 'admin',
  answer: async (request) => {
    const { dryRun, force } = request.query;
    const { to: environment } = request.body;
    const call = { ...callOf(request, dryRun), force };
    const { flag, isNew } = await copies.copy(call, flagKeyOf(request), environment);
    return isNew && !dryRun
      ? created(flag, placeOf(request, `/api/admin/flags/${flag.key}`, { environment }))
      : okVersioned(flag);
  },
});
