package it.libsts;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import it.libsts.support.Jvm;
import it.libsts.support.Leak;
import it.libsts.support.Workspace;
import it.libsts.types.Ambiente;
import it.libsts.types.AnyInvoice;
import it.libsts.types.Judgement;
import it.libsts.types.Profile;
import it.libsts.types.Settings;
import it.libsts.types.Verdict;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StsTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Profile PROFILE =
            Profile.fromJson(Workspace.read(Workspace.fixture("start/profile.json")));
    private static final Settings SETTINGS = Settings.builder(PROFILE, Ambiente.TEST).build();
    private static final AnyInvoice INVOICE =
            AnyInvoice.ofJson(Workspace.read(Workspace.fixture("start/invoice.json")));

    @Test
    void anInvoiceIsJudgedWithoutAnEngine() {
        Judgement judgement = Sts.check(SETTINGS, INVOICE, NOW);
        assertEquals(Verdict.SEND, judgement.verdict());
        assertTrue(Sts.preview(SETTINGS, INVOICE, NOW).documento().isPresent());
        assertFalse(Sts.calendar(SETTINGS, NOW).scadenze().isEmpty());
        Sts.settings(SETTINGS);
    }

    @Test
    void smallQuestionsHaveTypedAnswers() {
        assertTrue(Sts.codiceFiscale("PZNPRV80A01X999E").valid());
        assertFalse(Sts.codiceFiscale("PZNPRV80A01X999F").valid());
        assertTrue(Sts.partitaIva("99900011000").valid());
        assertEquals("already_present", Sts.explain("S017").toJson().get("kind"));
        assertTrue(Sts.reasons().reasons().size() > 80);
        assertFalse(Sts.advice(new Credentials("x", "è scaduta", "1")).reasons().isEmpty());
    }

    @Test
    void whatIsWrongIsNamedByItsPathAndNotShown() {
        Map<String, ?> question = Map.of("testo", "PZNPRV80A01X999E");
        StsException e = assertThrows(StsException.class, () -> Sts.ask("codice_fiscale", question));
        assertEquals("COMMAND", e.code());
        assertFalse(e.toString().contains("PZNPRV"), e.toString());
        assertEquals(
                "COMMAND", assertThrows(StsException.class, () -> Sts.ask("nothing", Map.of())).code());
    }

    @Test
    void tenThousandCallsLeaveNothingOutsideTheHeap() throws Exception {
        // A heap that is all there from the beginning, so that what grows is native.
        Jvm jvm = Jvm.allowed(Map.of()).with("-Xms64m", "-Xmx64m", "-XX:+AlwaysPreTouch");
        String said = jvm.said(Leak.class);
        assertTrue(said.matches("-?\\d+ KiB in 10000 calls"), said);
        long grown = Long.parseLong(said.split(" ")[0]);
        // Each call that leaked one result would lose some 20 MiB in all.
        assertTrue(grown < 8_192, said);
        System.out.println("measured: outside the heap " + said);
    }
}
