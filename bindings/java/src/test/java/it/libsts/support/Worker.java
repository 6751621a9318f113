package it.libsts.support;

import it.libsts.Clock;
import it.libsts.Driver;
import it.libsts.Http;
import it.libsts.JdbcStore;
import it.libsts.Response;
import it.libsts.Store;
import it.libsts.Tls;
import it.libsts.UrlConnectionHttp;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** A process at work on a practice: saves, sends, dies after sending, or lets two days pass. */
public final class Worker {
    /** How many invoices it saves. */
    public static final int DOCUMENTS = 12;

    private static final String[] IDS =
            IntStream.range(0, DOCUMENTS).mapToObj(n -> "w" + n).toArray(String[]::new);

    private Worker() {}

    /** What it does; a SQLite file, or a server and its database; the file with the settings. */
    public static void main(String[] arguments) throws Exception {
        Http http = new UrlConnectionHttp(Tls.test());
        Http dying =
                request -> {
                    Response end = http.perform(request);
                    if (!request.label().equals("Inserimento")) {
                        return end;
                    }
                    System.out.println("in the middle");
                    // Until it is killed: nothing is reported, committed or closed any more.
                    Thread.sleep(Long.MAX_VALUE);
                    return Response.unknown();
                };
        String does = arguments[0];
        // Beyond every lease of those that died.
        VirtualClock later = new VirtualClock(System.currentTimeMillis() + 3_600_000);
        Driver driver =
                Driver.builder(Workspace.read(Path.of(arguments[2])))
                        .credentials(Practice.CREDENTIALS)
                        .store(store(arguments[1]))
                        .http(does.equals("die") ? dying : http)
                        .clock(does.equals("rest") ? later : Clock.SYSTEM)
                        .open();
        switch (does) {
            case "save" -> {
                driver.command(Practice.save(IDS));
                System.out.println("saved");
            }
            case "rest" -> {
                rest(driver, later);
                for (String id : IDS) {
                    Map<?, ?> answer = driver.command(Map.of("command", "document", "id", id));
                    String state = (String) ((Map<?, ?>) answer.get("document")).get("state");
                    if (!state.startsWith("accepted")) {
                        System.out.println(id + " is " + state);
                    }
                }
                System.out.println("at rest");
            }
            default -> {
                driver.command(Practice.send(IDS));
                System.out.println("sent");
            }
        }
    }

    /** Lets time pass until nothing is left to do, two days at most. */
    public static void rest(Driver driver, VirtualClock clock) {
        long end = clock.now() + 2 * 86_400_000;
        driver.tick();
        while (driver.wakeAt().isPresent() && driver.wakeAt().get().toEpochMilli() <= end) {
            clock.waitUntil(driver.wakeAt().get().toEpochMilli());
            driver.tick();
        }
    }

    private static Store store(String place) {
        String[] server = place.split(" ");
        return server.length == 1
                ? JdbcStore.sqlite(Path.of(place))
                : new JdbcStore(Database.valueOf(server[0]).source(server[1]), "practice");
    }
}
