/** */
export function comparison(app) {
  void app;
}
