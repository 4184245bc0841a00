import { setTimeout as sleep } from 'node:timers/promises';

/** Flags that a new instance starts with, so that there is something to see. They are made through the API. */
const demoFlags = [
  { key: 'new-checkout', name: 'New checkout', description: 'One page instead of four', tags: ['checkout'] },
  { key: 'dark-mode', name: 'Dark mode', enabled: true, tags: ['ui'] },
  {
    key: 'search-ranking',
    name: 'Search ranking',
    description: 'Which ranking the search uses',
    type: 'string',
    variants: { on: 'v2', off: 'v1' },
    enabled: true,
    rolloutPercentage: 30,
    tags: ['search'],
  },
  {
    key: 'status-banner',
    name: 'Status banner',
    description: 'Shown to everybody, signed in or not',
    visibility: 'public',
    enabled: true,
    tags: ['ui'],
  },
  {
    key: 'notification-center',
    name: 'Notification center',
    description: 'For beta testers only; for everybody else it does not exist',
    groups: ['beta_testers'],
    enabled: true,
    tags: ['ui'],
  },
  {
    key: 'export-formats',
    name: 'Export formats',
    description: 'More formats for premium customers, and for a fifth of the others',
    type: 'object',
    variants: { on: ['csv', 'xlsx', 'parquet'], off: ['csv'] },
    valueSchema: { type: 'array', items: { enum: ['csv', 'xlsx', 'parquet'] }, minItems: 1 },
    enabled: true,
    rolloutPercentage: 20,
    rules: [
      {
        id: 'premium',
        name: 'Premium customers',
        conditions: [{ attribute: 'subscription', operator: 'equals', value: 'premium' }],
      },
    ],
    tags: ['export'],
  },
  {
    key: 'onboarding',
    name: 'Onboarding',
    description: 'Which of three texts newcomers see',
    type: 'string',
    variants: { short: 'Welcome!', tour: 'Welcome! Let us show you around.', none: '' },
    onVariant: 'short',
    offVariant: 'none',
    enabled: true,
    variantWeights: { short: 40, tour: 40, none: 20 },
    tags: ['growth'],
  },
];

/** An engine that has just started may take longer for its first write than a request waits. */
const TRIES = 10;
const PAUSE_MS = 500;

/** Answers the last response: the first that does not say to come again. */
const create = async (url: string, adminToken: string, flag: object, pauseMs: number): Promise<Response> => {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(`${url}/api/admin/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(flag),
    });
    if (response.status !== 503 || attempt === TRIES) {
      return response;
    }
    await sleep(pauseMs);
  }
};

/** Creates the demo flags as an admin would; one that is there already stays as it is. */
export const createDemoFlags = async (url: string, adminToken: string, pauseMs = PAUSE_MS): Promise<void> => {
  for (const flag of demoFlags) {
    const response = await create(url, adminToken, flag, pauseMs);
    if (!response.ok && response.status !== 409) {
      throw new Error(`The demo flag ${flag.key} was not created: ${await response.text()}`);
    }
  }
};
