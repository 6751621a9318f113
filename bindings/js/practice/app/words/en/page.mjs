export default {
  name: "Studio",
  skip: "Skip to the content",
  menu: "Menu",
  navigation: "Main",
  nav: {
    home: "Home",
    documents: "Documents",
    transmissions: "Transmissions",
    comparison: "Month compared",
    settings: "Settings",
    demo: "Demonstration",
  },
  language: "Italiano",
  clock: {
    label: "Clock of the demonstration",
    now: "Demonstration:",
    minutes: "+10 minutes",
    day: "+1 day",
  },
};
