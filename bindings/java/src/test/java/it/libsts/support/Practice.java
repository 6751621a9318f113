package it.libsts.support;

import it.libsts.Credentials;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/** An invented psychologist, known to the simulator, and her invoices. */
public final class Practice {
    /** Her profile. */
    public static final Map<String, Object> PROFILE =
            Map.of("categoria", "psicologo", "cfProprietario", "PSCPRV80A01X999I", "pIva", "99900011000");

    /** Her credentials. */
    public static final Credentials CREDENTIALS =
            new Credentials("PSCPRV80A01X999I", "Prova.0000", "9000000001");

    private Practice() {}

    /** An invoice of 60 euro, issued and paid today. */
    public static Map<String, Object> invoice(String number) {
        String today = LocalDate.now(ZoneId.of("Europe/Rome")).toString();
        return Map.of(
                "id", number,
                "stato", "emessa",
                "dataEmissione", today,
                "numDocumento", number,
                "cessionarioCommittente", Map.of("personaFisica", true, "cfCittadino", "PZNPRV80A01X999E"),
                "dettaglioLinee",
                        List.of(Map.of("prezzoTotale", "60.00", "naturaIVA", "N2.2", "tipoSpesa", "SP")),
                "pagamenti",
                        List.of(Map.of(
                                "dataPagamento", today, "importo", "60.00", "modalitaPagamento", "MP08")));
    }

    /** The command that saves invoices of these numbers. */
    public static Map<String, Object> save(String... numbers) {
        List<Map<String, Object>> invoices = List.of(numbers).stream().map(Practice::invoice).toList();
        return Map.of("command", "save", "invoices", invoices);
    }

    /** The command that sends documents now. */
    public static Map<String, Object> send(String... ids) {
        return Map.of("command", "send", "what", Map.of("ids", List.of(ids)));
    }
}
