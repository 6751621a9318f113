import it.libsts.Driver;
import it.libsts.MemoryStore;
import it.libsts.Response;
import it.libsts.Sts;
import it.libsts.types.Ambiente;
import it.libsts.types.AnyInvoice;
import it.libsts.types.Profile;
import it.libsts.types.Settings;
import it.libsts.types.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * What a call costs, in nanoseconds: the median of 51 batches of 200, when the compiler of the JVM has
 * done its work. tests/bench runs it beside those of other languages, with a profile and an invoice.
 */
class Bench {
    private static final int BATCHES = 51;
    private static final int CALLS = 200;
    private static final int WARM = 20_000;

    public static void main(String[] files) throws Exception {
        Profile profile = Profile.fromJson(Sts.json(Files.readString(Path.of(files[0]))));
        AnyInvoice invoice = AnyInvoice.ofJson(Sts.json(Files.readString(Path.of(files[1]))));
        Settings settings = Settings.builder(profile, Ambiente.TEST).build();
        Instant now = Instant.parse("2026-11-23T09:00:00Z");
        measure(
                "check",
                () -> {
                    if (Sts.check(settings, invoice, now).verdict() != Verdict.SEND) {
                        throw new IllegalStateException("the invoice is to be sent");
                    }
                });
        try (Driver driver =
                Driver.builder(settings)
                        .store(new MemoryStore())
                        .http(request -> Response.notSent())
                        .open()) {
            driver.save(List.of(invoice));
            measure("tick", driver::tick);
        }
    }

    private static void measure(String name, Runnable call) {
        for (int n = 0; n < WARM; n++) {
            call.run();
        }
        long[] batches = new long[BATCHES];
        for (int batch = 0; batch < BATCHES; batch++) {
            long began = System.nanoTime();
            for (int n = 0; n < CALLS; n++) {
                call.run();
            }
            batches[batch] = (System.nanoTime() - began) / CALLS;
        }
        Arrays.sort(batches);
        System.out.println(name + " " + batches[BATCHES / 2]);
    }
}
