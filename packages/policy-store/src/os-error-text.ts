/** The C library's texts for what goes wrong with files and sockets; upstream prints these. */
const texts: ReadonlyMap<string, string> = new Map([
  ["EPERM", "Operation not permitted"],
  ["ENOENT", "No such file or directory"],
  ["EIO", "Input/output error"],
  ["EACCES", "Permission denied"],
  ["ENOTDIR", "Not a directory"],
  ["EISDIR", "Is a directory"],
  ["EMFILE", "Too many open files"],
  ["ENOSPC", "No space left on device"],
  ["EROFS", "Read-only file system"],
  ["ENAMETOOLONG", "File name too long"],
  ["ELOOP", "Too many levels of symbolic links"],
  ["EADDRINUSE", "Address already in use"],
  ["EADDRNOTAVAIL", "Cannot assign requested address"],
  ["ECONNREFUSED", "Connection refused"],
  ["ECONNRESET", "Connection reset by peer"],
]);

/**
 * The text of a failed system call as the C library and upstream write it.
 * @returns the text with its number; `undefined` for anything that is not a failed system call
 * @example osErrorText(error) // "No such file or directory (os error 2)"
 */
export function osErrorText(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("errno" in error)) return undefined;
  const { code, errno } = error;
  if (typeof code !== "string" || typeof errno !== "number") return undefined;
  return `${texts.get(code) ?? code} (os error ${Math.abs(errno)})`;
}
