import { composeHandler } from '../../shared/composition/handlers';
import { composeMetricsService } from '../../shared/composition/metrics-service';
import { expose } from '../../shared/http/exposition';
import { exposition } from '../../shared/http/responses';

const metrics = composeMetricsService();

export const handler = composeHandler({
  caller: 'scraper',
  area: 'admin',
  answer: async ({ environment }) => exposition(await expose(await metrics.read(environment))),
});
