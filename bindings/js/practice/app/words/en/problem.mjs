export default {
  title: "Something went wrong",
  nothingLost: "Nothing is lost: what was under way goes on by itself.",
  back: "Back to Home",
};
