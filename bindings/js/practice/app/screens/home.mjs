import { html } from "hono/html";

/** What needs a person now, and how things stand. */
export function home(app) {
  app.get("/", async (c) => {
    const { office, lang } = c.var;
    const { health } = await office.desk.health();
    return c.render(
      html`<ul>${health.notices.map((notice) => html`<li>${notice[lang]}</li>`)}</ul><pre>${JSON.stringify(health, null, 1)}</pre>`,
      { title: "Home" },
    );
  });
}
