import sts = require("libsts");

export const valid = async (): Promise<boolean> => {
  await sts.init();
  return sts.Sts.codiceFiscale("PZNPRV80A01X999E").valid;
};
