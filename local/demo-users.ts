/** The users of the laptop's pool. Their ids stay the same whatever is deleted, so that notes and scripts stay true. */
export interface DemoUser {
  readonly email: string;
  readonly sub: string;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, string>>;
}

export const DEMO_PASSWORD = 'Guidon-demo-1';

export const demoUsers: readonly DemoUser[] = [
  {
    email: 'admin@example.com',
    sub: 'ad000000-0000-4000-8000-000000000001',
    groups: ['admin'],
    attributes: {},
  },
  {
    email: 'viewer@example.com',
    sub: 'ee000000-0000-4000-8000-000000000002',
    groups: ['viewer'],
    attributes: {},
  },
  {
    email: 'alice@example.com',
    sub: 'a11ce000-0000-4000-8000-000000000003',
    groups: ['beta_testers'],
    attributes: { 'custom:subscription': 'premium' },
  },
  {
    email: 'bob@example.com',
    sub: 'b0b00000-0000-4000-8000-000000000004',
    groups: [],
    attributes: {},
  },
];
