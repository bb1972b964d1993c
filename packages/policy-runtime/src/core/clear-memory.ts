/** Unit in which memory is cleared, in bytes: a page of the machine. */
export const chunkBytes = 4096;

/** Sets a range of memory to zero; both ends are multiples of `chunkBytes`. */
export type ClearMemory = (start: number, end: number) => void;

/** What `clear-memory.wat` says, and why. */
export const binary =
  "AGFzbQEAAAABBgFgAn9/AAIRAQVndWVzdAZtZW1vcnkCAAADAgEABwkBBWNsZWFyAAAKjgEBiwECAX8BewJAA0AgAUUNAf0MAAAAAAAAAAAAAAAA" +
  "AAAAACEDQYAgIQIDQCACQcAAayECIAMgACACav0ABAAgACACav0ABBD9UCAAIAJq/QAEICAAIAJq/QAEMP1Q/VD9UCEDIAINAAsgA/1TBEAgAEEA" +
  "QYAg/AsACyAAQYAgaiEAIAFBAWshAQwACwsL";

let module: WebAssembly.Module | undefined;

/** Ready to clear one guest's memory, also when it has grown. */
export function createClearMemory(memory: WebAssembly.Memory): ClearMemory {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(module, { guest: { memory } });
  const clear = exports["clear"] as (at: number, chunks: number) => void;
  return (start, end) => clear(start, (end - start) / chunkBytes);
}
