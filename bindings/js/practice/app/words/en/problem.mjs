export default {
  title: "Something went wrong",
  nothingLost: "Nothing is lost: what was under way goes on by itself.",
  simulatorGone: "The simulator of Sistema TS does not answer: it may have been closed. Stop the demonstration and start it again.",
  notThere: "This page is not there",
  notThereText: "The address may be wrong. Nothing is lost.",
  back: "Back to Home",
};
