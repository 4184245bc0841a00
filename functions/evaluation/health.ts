import { composePlainHandler } from '../../shared/composition/plain-handler';
import { ok } from '../../shared/http/responses';

export const handler = composePlainHandler(async () => ok({ status: 'ok' }));
