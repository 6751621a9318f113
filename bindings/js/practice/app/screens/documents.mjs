import { html } from "hono/html";

/** Elenco documenti. */
export function documents(app) {
  app.get("/documenti", (c) => {
    const rows = c.var.database.all("SELECT id, number, patient, issued, total, state FROM document ORDER BY issued DESC, number DESC LIMIT 50");
    return c.render(
      html`<form method="post" action="/documenti/invia"><button>Invia</button></form>
        <table>${rows.map((row) => html`<tr>${Object.values(row).map((value) => html`<td>${value}</td>`)}</tr>`)}</table>`,
      { title: "Elenco documenti" },
    );
  });

  app.post("/documenti/invia", (c) => {
    c.var.office.sendReady();
    return c.redirect("/documenti", 303);
  });

  app.get("/documenti/invia/avanzamento", (c) => c.json(c.var.office.job?.progress ?? null));
}
