import { expect, it } from '@jest/globals';
import tzdata from 'tzdata' with { type: 'json' };
import { TIME_ZONES } from '../../../../functions/credential/schedule/time-zones.ts';

it('knows the time zones of the database, in its order, and no others: copy what is missing into time-zones.json', () => {
  expect(TIME_ZONES).toEqual(Object.keys(tzdata.zones).filter((name) => name !== 'Factory'));
});
