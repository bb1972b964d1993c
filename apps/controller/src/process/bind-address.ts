import { ControllerError } from "../errors.ts";

/** Where a listener is bound. */
export interface BindAddress {
  /** all addresses of the machine without */
  readonly host: string | undefined;
  readonly port: number;
}

const addressPattern = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/;

/**
 * Reads an address as Go writes it: `:8088`, `127.0.0.1:8088`, `[::1]:8088`.
 * @returns `undefined` for `0`, which switches the listener off
 * @throws {ControllerError} `CONTROLLER_CONFIG_INVALID` naming the flag
 */
export function readBindAddress(flag: string, text: string): BindAddress | undefined {
  if (text === "0") return undefined;
  const [, inBrackets, plain, digits] = addressPattern.exec(text) ?? [];
  if (digits !== undefined && Number(digits) <= 65_535) {
    return { host: inBrackets || plain || undefined, port: Number(digits) };
  }
  const message = `--${flag}: expected an address such as :8080, or 0, received "${text}"`;
  throw new ControllerError(message, { code: "CONTROLLER_CONFIG_INVALID" });
}
