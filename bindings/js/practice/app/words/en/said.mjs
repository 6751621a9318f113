// What a page says about the act before it; `say` in app.mjs names the key.
export default {
  saved: "Settings saved.",
  moved: "The clock has moved on.",
};
