import type { Guest } from "../core/guest.ts";
import type { PreparedModule } from "../core/prepared-module.ts";

/** With so many idle instances, one of another module is taken rather than a new one made. */
const enoughInstances = 4;
/** More are idle only after many guests waited at the same time; those beyond are let go. */
const maxIdleInstances = 8;

/**
 * Instances that are not in use. Those of modules with the same code replace each other: however many policies of one engine
 * there are, few instances are kept, and a module that is new needs none of its own.
 */
export interface GuestStore {
  /** One that is ready to be called. */
  take(module: PreparedModule): Guest;
  /** Takes one back; it is restored later, when its answer has left. */
  giveBack(guest: Guest): void;
  restoreUsed(): void;
}

/** @param create - makes an instance of a module; all modules that the store is asked for have the same code */
export function createGuestStore(create: (module: PreparedModule) => Guest): GuestStore {
  /** The longest unused first. */
  const restored: Guest[] = [];
  const used: Guest[] = [];

  const takeRestored = (module: PreparedModule): Guest | undefined => {
    const index = restored.findLastIndex((guest) => guest.module === module);
    return index === -1 ? undefined : restored.splice(index, 1)[0];
  };
  const takeOther = (module: PreparedModule): Guest | undefined => {
    for (let guest = used.pop(); guest !== undefined; guest = used.pop()) {
      if (guest.module === module ? guest.restore() : guest.become(module)) return guest;
    }
    if (restored.length < enoughInstances) return undefined;
    const oldest = restored.shift();
    return oldest?.become(module) ? oldest : undefined;
  };

  return {
    take: (module) => takeRestored(module) ?? takeOther(module) ?? create(module),
    giveBack(guest) {
      if (restored.length + used.length < maxIdleInstances) used.push(guest);
    },
    restoreUsed() {
      for (const guest of used.splice(0)) if (guest.restore()) restored.push(guest);
    },
  };
}
