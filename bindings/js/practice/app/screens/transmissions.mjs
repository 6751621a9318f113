/** */
export function transmissions(app) {
  void app;
}
