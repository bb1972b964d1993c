/** `base`, or `base` and the first number that makes it a name not used yet. */
export function unusedName(base: string, isUsed: (name: string) => boolean): string {
  let name = base;
  for (let number = 2; isUsed(name); number++) name = `${base}${number}`;
  return name;
}
