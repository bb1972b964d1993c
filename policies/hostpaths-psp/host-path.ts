/** One entry of the setting: which paths it is about, and how they are mounted. */
export interface AllowedHostPath {
  readonly pathPrefix: string;
  readonly readOnly: boolean;
}

/** One mount of a hostPath volume. */
export interface HostPathMount {
  readonly path: string;
  readonly volume: string;
  readonly readOnly: boolean;
}

/** What is wrong with a mount: it has to be allowed as its path is written, and as that resolves. */
export function mountProblems(mount: HostPathMount, allowed: readonly AllowedHostPath[]): string[] {
  const asWritten = problemsOf(mount, mount.path, allowed);
  return asWritten.length > 0 ? asWritten : problemsOf(mount, resolved(mount.path), allowed);
}

function problemsOf(mount: HostPathMount, path: string, allowed: readonly AllowedHostPath[]): string[] {
  const subject = `hostPath '${mount.path}' mounted as '${mount.volume}'`;
  const above = allowed
    .filter(({ pathPrefix }) => isBelow(path, withoutEndSlash(pathPrefix)))
    .sort((a, b) => withoutEndSlash(a.pathPrefix).length - withoutEndSlash(b.pathPrefix).length);
  if (above.length === 0) return [`${subject} is not in the AllowedHostPaths list`];
  // The longest prefix decides, the last of equal ones; one that fits forgives what shorter ones say.
  const fitting = above.findLastIndex(({ readOnly }) => readOnly === mount.readOnly);
  return above.slice(fitting + 1).map(({ readOnly }) => `${subject} should be readOnly '${readOnly}'`);
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}/`);
}

function withoutEndSlash(path: string): string {
  return path.endsWith("/") ? path.slice(0, -1) : path;
}

/** The path without empty, `.` and `..` segments. */
function resolved(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return `${path.startsWith("/") ? "/" : ""}${segments.join("/")}`;
}
