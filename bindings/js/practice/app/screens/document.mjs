/** */
export function document(app) {
  void app;
}
