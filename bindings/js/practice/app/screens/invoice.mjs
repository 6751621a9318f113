/** */
export function invoice(app) {
  void app;
}
