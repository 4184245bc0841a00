import { composeHandler } from '../../shared/composition/handlers';
import { composeMetricsService } from '../../shared/composition/metrics-service';
import { expose } from '../../shared/http/exposition';
import { exposition } from '../../shared/http/responses';

const metrics = composeMetricsService();

export const handler = composeHandler({
  caller: 'scraper',
  area: 'admin',
  // very many overrides may have expired and not be collected yet
  budgetMs: 8_000,
  answer: async ({ environment }) => exposition(await expose(await metrics.read(environment))),
});
