const { Sts, init } = require("libsts");
const small = require("libsts/check");

Promise.all([init(), small.init()]).then(() => {
  console.log(Sts.partitaIva("99900011000").valid && small.Sts.explain("S017").kind === "already_present");
});
