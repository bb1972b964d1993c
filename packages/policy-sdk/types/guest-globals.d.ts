// What a policy finds besides the language itself: the globals that the prelude sets.
declare class TextEncoder {
  readonly encoding: string;
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  readonly encoding: string;
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;
  decode(bytes?: Uint8Array | ArrayBuffer): string;
}

/** Writes to the host's log. */
declare const console: Readonly<
  Record<"debug" | "log" | "info" | "warn" | "error", (...values: unknown[]) => void>
>;

declare function structuredClone<T>(value: T): T;
declare function btoa(text: string): string;
declare function atob(text: string): string;
