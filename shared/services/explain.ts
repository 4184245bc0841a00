import type { ExplainRequest, ExplainResponse, IdentityOrigin } from '../contract/explain';
import { jsonPointer } from '../contract/json-pointer';
import type { UserIdFormat } from '../contract/primitives';
import { invalidField } from '../errors';
import { compileFlag } from '../evaluation/compile-flag';
import { compileSegment } from '../evaluation/compile-segment';
import { questionOf, type Surroundings } from '../evaluation/evaluate-flag';
import { explainAbsence, explainFlag, type Explanation } from '../evaluation/explain-flag';
import type { Compilers, EvaluationContext, Sha256 } from '../evaluation/model';
import { resultOf } from '../evaluation/result-of';
import type { Clock, DeviceRepository } from '../ports';
import { checkedUserId } from './checked-user-id';
import { isEligible } from './eligible-device';
import type { State, StateReader } from './state-at';

/** Whom an explanation is about. */
interface InQuestion {
  readonly context: EvaluationContext;
  readonly identity: IdentityOrigin;
}

export interface ExplainServiceParts {
  readonly states: Pick<StateReader, 'present' | 'past'>;
  readonly devices: Pick<DeviceRepository, 'readSlot'>;
  /** Finds out about a user, or about nobody in particular; `said` is what the request says of them. */
  readonly inQuestion: (
    environment: string,
    userId: string | undefined,
    said: ExplainRequest['context'],
  ) => Promise<InQuestion>;
  readonly compilers: Compilers;
  readonly sha256: Sha256;
  readonly clock: Clock;
  readonly userIdFormat: UserIdFormat;
}

/** Why a flag gives a user what it gives. */
export class ExplainService {
  constructor(private readonly parts: ExplainServiceParts) {}

  async explain(environment: string, flagKey: string, request: ExplainRequest): Promise<ExplainResponse> {
    const { states, inQuestion, clock } = this.parts;
    const { deviceId, context: said, at } = request;
    const userId = this.userIdIn(request);
    const nowMs = clock();
    const atMs = at === undefined ? nowMs : Date.parse(at);
    const ownDeviceId = await this.ownDevice(userId, deviceId, atMs);
    const place = { environment, flagKey, userId, deviceId: ownDeviceId };
    const [{ context, identity }, state] = await Promise.all([
      inQuestion(environment, userId, said),
      atMs < nowMs ? states.past(place, atMs) : states.present(place),
    ]);
    const { result, layers } =
      typeof state === 'string'
        ? explainAbsence(state)
        : this.explainState(state, { ...context, deviceId: ownDeviceId }, atMs, deviceId);
    return { result: result === undefined ? null : resultOf(result), identity, layers };
  }

  /** The device, if it is the user's own, eligible, and was registered at the moment already. */
  private async ownDevice(
    userId: string | undefined,
    deviceId: string | undefined,
    atMs: number,
  ): Promise<string | undefined> {
    if (userId === undefined || deviceId === undefined) {
      return undefined;
    }
    const { device } = await this.parts.devices.readSlot(deviceId);
    const counts = device?.userId === userId && isEligible(device) && Date.parse(device.createdAt) <= atMs;
    return counts ? deviceId : undefined;
  }

  /**
   * The user in question: of the request, else of its context, where every id is good that a machine may ask for;
   * undefined for an anonymous caller.
   */
  private userIdIn({ userId, context }: ExplainRequest): string | undefined {
    const { userIdFormat } = this.parts;
    const named = userId === undefined ? undefined : checkedUserId(userId, userIdFormat, '/userId');
    if (!context?.targetingKey) {
      return named;
    }
    const key = checkedUserId(context.targetingKey, 'any', '/context/targetingKey');
    if (named !== undefined && named !== key) {
      throw invalidField(
        '/context/targetingKey',
        'another_user',
        'the targeting key is another user than userId',
      );
    }
    return key;
  }

  private explainState(
    { record, overrides, segments }: State,
    context: EvaluationContext,
    nowMs: number,
    deviceId: string | undefined,
  ): Explanation {
    const { compilers, sha256 } = this.parts;
    const { compiled, faults } = compileFlag(record, compilers);
    if (compiled === undefined) {
      const named = faults.map(({ path, message }) => `${jsonPointer(path)}: ${message}`);
      return explainAbsence(`the flag as it is stored cannot be evaluated: ${named.join('; ')}`);
    }
    const surroundings: Surroundings = {
      segments: new Map(segments.map((each) => [each.key, compileSegment(each, compilers).compiled])),
      nowMs,
      sha256,
    };
    return explainFlag(compiled, overrides, questionOf(context, surroundings), deviceId);
  }
}
