import { NAP } from "./clock.js";
import type { Loop } from "./loop.js";

/** How a driver is kept ticking. */
export interface TickingOptions {
  /** The longest time between two ticks, in milliseconds; ten minutes when absent. */
  every?: number;
  /** Called after each tick that went well. */
  onTick?: () => void;
  /** Takes what goes wrong in a tick; the next one comes all the same. */
  onError?: (error: unknown) => void;
  /** Whether this alone keeps a Node process from ending; it does when absent. */
  keepAlive?: boolean;
}

/** What was begun by `keepTicking`. */
export interface Ticking {
  /** Ends it. A tick under way goes on to its end. */
  stop(): void;
}

const EVERY = 600_000;
/** The shortest time between two ticks, in milliseconds. */
const SHORTEST = 250;
/** What tells a page that it is looked at again, or that the network is back. */
const PAGE_EVENTS = ["visibilitychange", "resume", "pageshow", "online"];

/** Ticks now, at `wakeAt`, at least `every` so often, and when a page comes back to life. */
export function keepTicking(
  loop: Loop,
  { every = EVERY, onTick = () => undefined, onError = () => undefined, keepAlive = true }: TickingOptions,
): Ticking {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let underWay = false;
  let last = Number.NEGATIVE_INFINITY;

  const tick = async () => {
    if (underWay || stopped || loop.closed) return;
    underWay = true;
    clearTimeout(timer);
    last = loop.clock.now();
    await loop.run("tick").then(onTick).catch(onError);
    underWay = false;
    look();
  };
  // In naps: a command may have moved `wakeAt`, and timers sleep with the machine.
  const look = () => {
    if (stopped || loop.closed) return;
    const now = loop.clock.now();
    const due = Math.max(Math.min(loop.wakeAt ?? last + every, last + every), last + SHORTEST);
    if (due <= now) return void tick();
    timer = setTimeout(look, Math.min(due - now, NAP));
    if (!keepAlive && typeof timer === "object") timer.unref();
  };
  const wake = () => {
    if (typeof document === "undefined" || document.visibilityState !== "hidden") void tick();
  };

  const page = typeof window === "undefined" ? [] : [window, document];
  const listen = (how: "addEventListener" | "removeEventListener") => {
    for (const target of page) for (const name of PAGE_EVENTS) target[how](name, wake);
  };
  listen("addEventListener");
  void tick();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      listen("removeEventListener");
    },
  };
}
