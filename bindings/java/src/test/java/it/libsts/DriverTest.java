package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;

import it.libsts.support.Practice;
import it.libsts.support.Simulator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriverTest {
    @Test
    void anInvoiceIsAccepted() throws Exception {
        List<Object> told = new ArrayList<>();
        try (Simulator simulator = new Simulator("--tls");
                Driver driver =
                        Driver.builder(simulator.settings(Practice.PROFILE))
                                .credentials(Practice.CREDENTIALS)
                                .store(new MemoryStore())
                                .http(new UrlConnectionHttp(Tls.test(simulator.authority())))
                                .events(event -> told.add(event.get("event")))
                                .open()) {
            driver.command(Practice.save("1"));
            driver.command(Practice.send("1"));
            assertEquals(List.of("credentials_accepted", "document_accepted"), told);
            assertEquals(1, simulator.documents().size());
        }
    }
}
