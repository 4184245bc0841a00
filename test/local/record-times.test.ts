import { RecordTimes } from '../../local/record-times';

const at = (time: string): number => Date.parse(`2026-05-04T${time}Z`);
const seconds = (time: string): number => at(time) / 1000;

describe('the time of a stream record', () => {
  it('is the second that the engine says', () => {
    const times = new RecordTimes(() => at('12:00:40'));
    expect(times.secondsOf('one', new Date(at('12:00:07.900')))).toBe(seconds('12:00:07'));
  });

  it.each([
    { seen: '12:00:12.345', counts: '12:00:12' },
    { seen: '12:03:00', counts: '12:00:59' },
    { seen: '11:59:59', counts: '12:00:00' },
  ])('is within the minute where the engine says only that: seen at $seen, $counts', ({ seen, counts }) => {
    expect(new RecordTimes(() => at(seen)).secondsOf('one', new Date(at('12:00:00')))).toBe(seconds(counts));
  });

  it('stays the same when the record is read again', () => {
    let now = at('12:00:05');
    const times = new RecordTimes(() => now);
    const minute = new Date(at('12:00:00'));
    times.secondsOf('one', minute);
    now = at('12:00:30');
    expect(times.secondsOf('one', minute)).toBe(seconds('12:00:05'));
    expect(times.secondsOf('other', minute)).toBe(seconds('12:00:30'));
    times.forget('one');
    expect(times.secondsOf('one', minute)).toBe(seconds('12:00:30'));
  });
});
