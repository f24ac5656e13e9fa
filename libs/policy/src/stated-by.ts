/** Who stated what nobody else is named for. */
export const AGENT = 'agent';

/** true when a pointer is the other one, or stands above it. */
export const covers = (pointer: string, below: string): boolean => below === pointer || below.startsWith(`${pointer}/`);

/**
 * Whether all of a value comes from the wanted source: the nearest named place at or above it decides, and nothing
 * below it may come from another source.
 * @param stated sources by RFC 6901 pointer
 */
export function isStatedBy(source: string, pointer: string, stated: Readonly<Record<string, string>>): boolean {
  let [nearest, length] = [AGENT, -1];
  for (const [place, by] of Object.entries(stated)) {
    if (covers(place, pointer)) {
      if (place.length > length) [nearest, length] = [by, place.length];
    } else if (covers(pointer, place) && by !== source) return false;
  }
  return nearest === source;
}
