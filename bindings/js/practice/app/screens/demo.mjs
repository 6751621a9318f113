// The panel of the demonstration: the clock, the simulator's mood, and what it really holds. It is
// mounted only when there is a simulator.
import { local, patiently, say } from "../app.mjs";
import { CREDENTIALS } from "../demo/invoices.mjs";
import { mirror } from "../demo/mirror.mjs";
import { NAMES, active, begin, normal, renewPassword } from "../demo/troubles.mjs";
import { page } from "./demo/page.mjs";

const HERE = "/dimostrazione";
/** What the buttons of the clock move it on by, in minutes. */
const STEPS = [10, 1440];

export function demo(app) {
  app.get(HERE, async (c) => {
    const { simulator, database } = c.var;
    const [on, rows, calls] = await Promise.all([active(simulator), mirror(simulator, database), simulator.get("/log")]);
    return page(c, { on, rows, calls, credentials: known(database) });
  });

  app.post(`${HERE}/orologio`, async (c) => {
    const { office, simulator } = c.var;
    const { minuti, torna } = await c.req.parseBody();
    const minutes = Number(minuti);
    if (STEPS.includes(minutes)) {
      office.advance(minutes * 60_000);
      await simulator.setAhead(office.ahead);
      if (office.ready) await patiently(office.look());
      say(c, "moved", { day: minutes === 1440 });
    }
    return c.redirect(local(torna) ?? HERE, 303);
  });

  app.post(`${HERE}/guasto`, async (c) => {
    const { simulator } = c.var;
    const { quale } = await c.req.parseBody();
    if (NAMES.includes(quale)) {
      await begin(simulator, quale);
      say(c, "troubleOn", { text: c.var.words.demo.troubles[quale].title }, "info");
    }
    return c.redirect(`${HERE}#guasti`, 303);
  });

  app.post(`${HERE}/normale`, async (c) => {
    await normal(c.var.simulator);
    say(c, "troublesOver");
    return c.redirect(`${HERE}#guasti`, 303);
  });

  app.post(`${HERE}/credenziali`, async (c) => {
    const { office, database } = c.var;
    await patiently(office.setCredentials(known(database)));
    say(c, "demoCredentials");
    return c.redirect("/impostazioni#credenziali", 303);
  });

  app.post(`${HERE}/password`, async (c) => {
    const { simulator, database } = c.var;
    const password = nextOf(known(database).password);
    await renewPassword(simulator, password);
    database.set("demoPassword", password);
    say(c, "passwordRenewed", {}, "info");
    return c.redirect(`${HERE}#credenziali`, 303);
  });

  app.post(`${HERE}/portale`, async (c) => {
    const { simulator, database } = c.var;
    const { documento } = await c.req.parseBody();
    const rows = await mirror(simulator, database);
    const found = rows.find(({ key, there }) => there && !there.cancelled && JSON.stringify(key) === documento);
    if (found !== undefined) {
      await simulator.post("/cancellations", found.key);
      say(c, "cancelledThere", { number: found.key.numDocumento }, "info");
    }
    return c.redirect(`${HERE}#portale`, 303);
  });
}

/** The credentials that the simulator takes. */
function known(database) {
  return { ...CREDENTIALS, password: database.setting("demoPassword") ?? CREDENTIALS.password };
}

/** `Prova.0000` → `Prova.0001` */
function nextOf(password) {
  const [word, number] = password.split(".");
  return `${word}.${String(Number(number) + 1).padStart(4, "0")}`;
}
