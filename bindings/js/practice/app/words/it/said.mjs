// What a page says about the act before it; `say` in app.mjs names the key.
export default {
  saved: "Impostazioni salvate.",
  moved: "L’orologio è andato avanti.",
};
