import { composeHandler } from '../../shared/composition/handlers';
import { composeOverrideReportService } from '../../shared/composition/override-report-service';
import { reportOverridesRequest } from '../../shared/contract/override-search-requests';
import { ok } from '../../shared/http/responses';

const overrides = composeOverrideReportService();

export const handler = composeHandler({
  caller: 'viewer',
  ...reportOverridesRequest,
  area: 'admin',
  // very many overrides may have expired and not be collected yet
  budgetMs: 8_000,
  answer: async ({ environment, query }) => ok(await overrides.report(environment, query.limit)),
});
