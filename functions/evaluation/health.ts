import { composePlainHandler } from '../../shared/composition/plain-handler';
import type { HealthResponse } from '../../shared/contract/health';
import { ok } from '../../shared/http/responses';

const health: HealthResponse = { status: 'ok' };

export const handler = composePlainHandler(async () => ok(health));
