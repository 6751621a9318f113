// A process that sends what is ready: sender.mjs PRACTICE SETTINGS.
import * as sts from "libsts";

const { exported, path, ids, credentials } = JSON.parse(process.argv[2]);
const settings = JSON.parse(process.argv[3]);
const store = new sts[exported](path);
const driver = new sts.Driver({ settings, credentials, http: new sts.FetchHttp(), store });
await driver.send({ ids });
await driver.close();
store.close();
