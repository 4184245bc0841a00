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
];

/** Creates the demo flags as an admin would; one that is there already stays as it is. */
export const createDemoFlags = async (url: string, adminToken: string): Promise<void> => {
  for (const flag of demoFlags) {
    const response = await fetch(`${url}/api/admin/flags`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(flag),
    });
    if (!response.ok && response.status !== 409) {
      throw new Error(`The demo flag ${flag.key} was not created: ${await response.text()}`);
    }
  }
};
