import { say } from "../app.mjs";

/** The panel of the demonstration: clock and simulator. */
export function demo(app) {
  app.post("/dimostrazione/orologio", async (c) => {
    const { office, simulator } = c.var;
    const { minuti, torna } = await c.req.parseBody();
    const minutes = Number(minuti);
    if (minutes === 10 || minutes === 1440) {
      office.advance(minutes * 60_000);
      await simulator.setAhead(office.ahead);
      await office.look();
      say(c, "moved");
    }
    return c.redirect(torna ?? "/", 303);
  });
}
