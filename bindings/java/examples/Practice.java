import it.libsts.Credentials;
import it.libsts.Driver;
import it.libsts.Events;
import it.libsts.JdbcStore;
import it.libsts.Tls;
import it.libsts.UrlConnectionHttp;
import it.libsts.types.Ambiente;
import it.libsts.types.Automation;
import it.libsts.types.Categoria;
import it.libsts.types.CessionarioCommittente;
import it.libsts.types.DettaglioLinea;
import it.libsts.types.DocumentAcceptedEvent;
import it.libsts.types.DocumentRefusedEvent;
import it.libsts.types.Invoice;
import it.libsts.types.Mode;
import it.libsts.types.Natura;
import it.libsts.types.Pagamento;
import it.libsts.types.Profile;
import it.libsts.types.Selection;
import it.libsts.types.Settings;
import it.libsts.types.Stato;
import it.libsts.types.TipoSpesa;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * A psychologist's practice: what she types is a command, and what is due happens by itself. The
 * argument is the file of her records, the variables are those that tests/simulator/start prints.
 *
 * <p>Commands: {@code save NUMBER AMOUNT CODICE-FISCALE}, {@code send}, {@code list}, {@code automatic}.
 */
final class Practice {
    /** The longest time between two looks at what is due. */
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

    /** One thread does all the work, so that typing waits for nothing but its own. */
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();
    private final Driver driver;
    private ScheduledFuture<?> next;

    private Practice(Driver driver) {
        this.driver = driver;
    }

    public static void main(String[] arguments) throws Exception {
        Profile profile =
                Profile.builder(Categoria.PSICOLOGO, "99900011000")
                        .cfProprietario(System.getenv("STS_USERNAME"))
                        .build();
        Settings settings =
                Settings.builder(profile, Ambiente.TEST)
                        .endpoint(System.getenv("STS_ENDPOINT"))
                        .certificate(Files.readString(Path.of(System.getenv("STS_CERTIFICATE"))))
                        .build();
        Credentials credentials =
                new Credentials(
                        System.getenv("STS_USERNAME"),
                        System.getenv("STS_PASSWORD"),
                        System.getenv("STS_PINCODE"));
        // With Ambiente.PRODUZIONE: no endpoint, no certificate, and `new UrlConnectionHttp()`.
        try (Driver driver =
                Driver.builder(settings)
                        .credentials(credentials)
                        .store(JdbcStore.sqlite(Path.of(arguments[0])))
                        .http(new UrlConnectionHttp(Tls.test()))
                        .events(told())
                        .open()) {
            new Practice(driver).work();
        }
    }

    private void work() throws Exception {
        worker.execute(this::tick);
        BufferedReader typed = new BufferedReader(new InputStreamReader(System.in));
        for (String line = typed.readLine(); line != null; line = typed.readLine()) {
            String[] words = line.trim().split(" +");
            worker.execute(() -> carryOut(words));
        }
        // The last of all, because a look that is still to come would be waited for.
        worker.execute(() -> next.cancel(false));
        worker.execute(worker::shutdown);
        worker.awaitTermination(5, TimeUnit.MINUTES);
    }

    private void carryOut(String[] words) {
        try {
            switch (words[0]) {
                case "save" -> driver.save(List.of(invoice(words[1], words[2], words[3]))).documents().forEach(saved -> {
                    System.out.println(saved.id() + ": " + saved.verdict());
                    saved.reasons().forEach(reason -> System.out.println("  " + reason.it()));
                });
                case "send" -> driver.send(Selection.ready(500));
                case "list" -> driver.list(50).transmissions().forEach(sent -> System.out.println(
                        sent.number() + " " + sent.documents() + " " + sent.acceptance() + " " + sent.protocollo().orElse("")));
                case "automatic" -> driver.configure(new Automation(Mode.automatic(LocalDate.now())));
                default -> System.out.println("save NUMBER AMOUNT CODICE-FISCALE, send, list, automatic");
            }
        } catch (RuntimeException e) {
            // Nothing is lost: what was accepted before is finished by the next tick.
            System.out.println(e);
        }
    }

    /** What is due, now and again when the engine wants it, in ten minutes at the latest. */
    private void tick() {
        try {
            driver.tick();
        } catch (RuntimeException e) {
            System.out.println(e);
        }
        Duration wait = driver.wakeAt().map(at -> Duration.between(Instant.now(), at)).orElse(TEN_MINUTES);
        long ms = Math.max(250, Math.min(wait.toMillis(), TEN_MINUTES.toMillis()));
        next = worker.schedule(this::tick, ms, TimeUnit.MILLISECONDS);
    }

    private static Invoice invoice(String number, String amount, String codiceFiscale) {
        LocalDate today = LocalDate.now(ZoneId.of("Europe/Rome"));
        return Invoice.builder(number, Stato.EMESSA)
                .dataEmissione(today)
                .numDocumento(number)
                .cessionarioCommittente(
                        CessionarioCommittente.builder().personaFisica(true).cfCittadino(codiceFiscale).build())
                .dettaglioLinee(
                        DettaglioLinea.builder(amount).naturaIVA(Natura.N2_2).tipoSpesa(TipoSpesa.SP).build())
                .pagamenti(new Pagamento(today, new java.math.BigDecimal(amount), "MP08"))
                .build();
    }

    private static Events told() {
        return event -> {
            if (event instanceof DocumentAcceptedEvent) {
                System.out.println("accepted: " + ((DocumentAcceptedEvent) event).id());
            } else if (event instanceof DocumentRefusedEvent) {
                System.out.println("refused: " + ((DocumentRefusedEvent) event).id());
            }
        };
    }
}
