/**
 * Labels, or annotations, of an object that is partly ours: what the spec says, over what others put there, under what
 * the system sets. What the spec said before and no longer says goes (controller.md 3.5, behaviour 22).
 */
export interface ManagedKeys {
  readonly current: Readonly<Record<string, string>> | null | undefined;
  /** keys that the spec had when the object was written last, see {@link writtenKeys} */
  readonly before: readonly string[];
  readonly spec: Readonly<Record<string, string>> | undefined;
  readonly system: Readonly<Record<string, string>>;
}

export function mergeManaged({ current, before, spec, system }: ManagedKeys): Record<string, string> {
  const foreign = Object.entries(current ?? {}).filter(([key]) => !before.includes(key));
  return { ...Object.fromEntries(foreign), ...spec, ...system };
}

/** The keys as an annotation keeps them: sorted, so that equal keys are an equal text (controller.md 14). */
export function keysText(values: Readonly<Record<string, string>> | undefined): string {
  return Object.keys(values ?? {})
    .toSorted()
    .join(",");
}

/** Reads what {@link keysText} wrote, or upstream in any order. */
export function writtenKeys(text: string | undefined): string[] {
  return (text ?? "").split(",").filter((key) => key !== "");
}
