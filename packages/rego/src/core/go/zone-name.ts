/** As the database has it for zones whose time has no name: hours, and minutes if there are some. */
export function numericZoneName(offset: number): string {
  const minutes = Math.floor(Math.abs(offset) / 60);
  const digits = [Math.floor(minutes / 60), ...(minutes % 60 === 0 ? [] : [minutes % 60])];
  return (offset < 0 ? "-" : "+") + digits.map((part) => String(part).padStart(2, "0")).join("");
}
