import { DEVICE_ID_PATTERN } from '../contract/device';
import { contextOf } from '../evaluation/context';
import type { EvaluationContext } from '../evaluation/model';
import { readClientHeaders } from './client-attributes';
import { circumstancesIn, type GivenContext } from './given-context';
import type { Principal } from './principal';
import type { HttpEvent } from './request';

interface Asked {
  readonly event: Pick<HttpEvent, 'headers'>;
  readonly principal: Principal;
  readonly environment: string;
}

/** The device that a request says it comes from, as far as it can be one. */
export const deviceIn = ({ headers }: Pick<HttpEvent, 'headers'>): string | undefined => {
  const deviceId = headers['x-device-id'];
  return deviceId !== undefined && DEVICE_ID_PATTERN.test(deviceId) ? deviceId : undefined;
};

/**
 * The context of a user, or of nobody in particular, who asks for themselves: identity by the verified token alone; the
 * client's attributes by its headers, and by what it says itself, which wins.
 */
export const evaluationContextOf = (
  { event, principal, environment }: Asked,
  given: GivenContext = {},
): EvaluationContext => {
  const observed = readClientHeaders(event.headers);
  const said = circumstancesIn(given);
  return contextOf(environment, {
    ...principal.identity,
    userId: principal.userId,
    country: said.country ?? observed.country,
    region: said.region ?? observed.region,
    client: { ...observed.client, ...said.client },
    session: said.session,
    deviceId: deviceIn(event),
  });
};
