import names from './time-zones.json' with { type: 'json' };

/**
 * The names of time zones that IANA gives, links to other zones included, without `Factory`, which is none that a clock could show.
 * EventBridge Scheduler takes no others, while Node also takes `europe/stockholm` and `PST`. A list of its own, since the database that
 * it is taken from is as large as all else of the API's function.
 *
 * @see [Time Zone Database](https://www.iana.org/time-zones)
 */
export const TIME_ZONES: readonly string[] = names;
