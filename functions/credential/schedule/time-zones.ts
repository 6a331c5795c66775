import tzdata from 'tzdata' with { type: 'json' };

/**
 * The names of time zones that IANA gives, links to other zones included. EventBridge Scheduler takes no others, while Node also takes
 * `europe/stockholm` and `PST`. `Factory` is none that a clock could show.
 *
 * @see [Time Zone Database](https://www.iana.org/time-zones)
 */
export const TIME_ZONES: readonly string[] = Object.keys(tzdata.zones).filter((name) => name !== 'Factory');
