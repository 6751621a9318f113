/** */
export function actions(app) {
  void app;
}
