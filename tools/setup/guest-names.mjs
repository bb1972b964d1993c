const MAX_NAMED = 5;

/**
 * Names test guests for a message; many are counted.
 * @param {{name: string}[]} guests
 */
export function guestNames(guests) {
  if (guests.length > MAX_NAMED) return `${guests.length} test guests`;
  return `${guests.length === 1 ? "the test guest" : "the test guests"} ${guests.map(({ name }) => name).join(", ")}`;
}
