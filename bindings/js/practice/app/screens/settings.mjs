import { html } from "hono/html";

import { say } from "../app.mjs";

/** Sistema TS → Impostazioni. */
export function settings(app) {
  app.get("/impostazioni", (c) => {
    const { office } = c.var;
    return c.render(
      html`<form method="post">
          <label>Codice identificativo <input name="username" value="${office.username ?? ""}"></label>
          <label>Password <input name="password" type="password"></label>
          <label>Pincode <input name="pincode" type="password"></label>
          <button>Salva</button>
        </form>
        <form method="post" action="/impostazioni/prova"><button>Test credenziali</button></form>`,
      { title: "Impostazioni" },
    );
  });

  app.post("/impostazioni", async (c) => {
    const { username, password, pincode } = await c.req.parseBody();
    await c.var.office.setCredentials({ username, password, pincode });
    say(c, "saved");
    return c.redirect("/impostazioni", 303);
  });

  app.post("/impostazioni/prova", async (c) => {
    const answer = await c.var.office.run((driver) => driver.testCredentials(true));
    return c.json(answer);
  });
}
