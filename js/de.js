// The scripts' texts in German. A text with a number has two forms: for one, for many.
export default {
};
