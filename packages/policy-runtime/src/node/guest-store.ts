import type { Guest } from "../core/guest.ts";

/** Idle instances kept per policy: more are only needed while many guests wait at the same time. */
const maxIdleInstances = 4;

/** Instances of one policy that are not in use. */
export interface GuestStore {
  take(): Guest;
  /** Takes one back; it is restored later, when its answer has left. */
  giveBack(guest: Guest): void;
  restoreUsed(): void;
}

export function createGuestStore(create: () => Guest): GuestStore {
  const restored: Guest[] = [];
  const used: Guest[] = [];
  return {
    take() {
      const ready = restored.pop();
      if (ready !== undefined) return ready;
      for (let guest = used.pop(); guest !== undefined; guest = used.pop()) if (guest.restore()) return guest;
      return create();
    },
    giveBack(guest) {
      if (restored.length + used.length < maxIdleInstances) used.push(guest);
    },
    restoreUsed() {
      for (const guest of used.splice(0)) if (guest.restore()) restored.push(guest);
    },
  };
}
