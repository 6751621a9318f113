//! A pharmacy: many till receipts, handed over as documents of expense, of two registers.

use super::fattura::{Documento, Iva, Linea, Voce};
use super::persone::{Sesso, codice_fiscale, omocodia, partita_iva, persone, wrong_check_letter};
use super::{Codici, Practice, Profilo, Studio, days, fix, out_of_scope, send, shifted, wait};

const DIECI: Iva = Iva::Aliquota("10.00");
const QUATTRO: Iva = Iva::Aliquota("4.00");
const ORDINARIA: Iva = Iva::Aliquota("22.00");
const ESENTE: Iva = Iva::Natura("N4");

/// The next receipt of the day; tills number by closing and receipt.
fn scontrino(s: &mut Studio, data: &str, dispositivo: u16) -> Documento {
    let (id, number) = s.next();
    Documento::scontrino(id, number, data, dispositivo)
}

/// What people buy, in turn.
fn spesa(receipt: Documento, turn: usize) -> (&'static str, Documento) {
    match turn % 6 {
        0 => ("medicine", receipt.voce(Voce::new("FC", "12.50", DIECI))),
        1 => ("ticket", receipt.voce(Voce::new("TK", "4.00", ESENTE)).tracciato(None)),
        2 => (
            "medicine and device, cash",
            receipt
                .voce(Voce::new("FC", "8.90", DIECI))
                .voce(Voce::new("AD", "15.00", ORDINARIA))
                .tracciato(Some("NO")),
        ),
        3 => ("veterinary medicine", receipt.voce(Voce::new("FV", "22.40", DIECI))),
        4 => ("device", receipt.voce(Voce::new("AD", "39.00", QUATTRO)).tracciato(None)),
        _ => (
            "ticket and medicine",
            receipt.voce(Voce::new("TK", "2.00", ESENTE)).voce(Voce::new("FC", "6.30", DIECI)),
        ),
    }
}

pub(super) fn farmacia() -> Practice {
    let profile = Profilo {
        categoria: "farmacia",
        accesso: None,
        sede: None,
        codici: Some(Codici { codice_regione: "992", codice_asl: "402", codice_ssa: "94006" }),
        cf_proprietario: codice_fiscale("Speziali", "Nilde", "1962-12-12", Sesso::F),
        p_iva: partita_iva(406),
    };
    let mut s = Studio::struttura(
        "farmacia",
        "Farmacia: scontrini parlanti di due casse, ticket, farmaci, dispositivi, servizi",
        profile,
        "INVFAR06",
        "farmacia",
        |n| format!("{:04}-{:04}", n / 9 + 1, n % 9 + 1),
    );
    let people = persone();

    for (i, date) in days("2026-01-02", "2026-11-21", 6).iter().enumerate() {
        for (till, offset) in [(1, 0), (2, 7)] {
            let receipt = scontrino(&mut s, date, till).per(&people[(i + offset) % 14]);
            let (what, receipt) = spesa(receipt, i + offset);
            s.case(what, send(), receipt);
        }
    }

    let d =
        scontrino(&mut s, "2026-02-04", 1).per(&people[14]).voce(Voce::new("AS", "10.00", ESENTE));
    s.case("blood pressure measured", send().noting(&["TIPO_SPESA_UNCERTAIN"]), d);

    let d = scontrino(&mut s, "2026-02-05", 1)
        .per(&people[14])
        .voce(Voce::new("AS", "10.00", ESENTE))
        .tracciato(None);
    s.case(
        "service without saying how it was paid",
        fix(&["TIPO_SPESA_UNCERTAIN", "TRACCIATO_MISSING"]),
        d,
    );

    let d = scontrino(&mut s, "2026-02-06", 2)
        .per(&wrong_check_letter(&people[14]))
        .voce(Voce::new("FC", "9.90", DIECI));
    s.case("wrong check letter: card misread at the till", fix(&["CF_CHECK"]), d);

    let d = scontrino(&mut s, "2026-02-09", 2)
        .per(&omocodia(&people[14]))
        .voce(Voce::new("FC", "9.90", DIECI));
    s.case("omocodia", send(), d);

    let d = scontrino(&mut s, "2026-02-10", 2).voce(Voce::new("FC", "9.90", DIECI));
    s.case("no tax code: the card was not shown", fix(&["NO_CF"]), d);

    let d = scontrino(&mut s, "2026-02-11", 2).opposizione().voce(Voce::new("FC", "9.90", DIECI));
    s.case("opposition at the till", send().noting(&["OPPOSITION"]), d);

    let d = scontrino(&mut s, "2026-02-12", 2)
        .per(&people[14])
        .opposizione()
        .voce(Voce::new("FC", "9.90", DIECI));
    s.case("opposition beside a tax code", fix(&["OPPOSITION", "OPPOSITION_WITH_CF"]), d);

    let unknown = codice_fiscale("Forestieri", "Otto", "1955-02-02", Sesso::M);
    s.unknown_citizen(&unknown);
    let d = scontrino(&mut s, "2026-02-13", 1).per(&unknown).voce(Voce::new("FC", "14.10", DIECI));
    s.case("citizen unknown to the service: resident abroad", send().remarked("W003"), d);

    let d =
        scontrino(&mut s, "2026-02-16", 1).per(&people[15]).voce(Voce::new("FC", "7.00", DIECI));
    s.case("same patient, same day: first receipt", send(), d);
    let d =
        scontrino(&mut s, "2026-02-16", 2).per(&people[15]).voce(Voce::new("FC", "3.00", DIECI));
    s.case("same patient, same day: second receipt", send().remarked("W014"), d);

    let d =
        scontrino(&mut s, "2026-02-17", 1).per(&people[15]).voce(Voce::new("FC", "0.00", DIECI));
    s.case("nothing to pay, as an item of zero", fix(&["IMPORTO_NOT_POSITIVE"]), d);

    let d = scontrino(&mut s, "2026-02-18", 1)
        .per(&people[15])
        .voce(Voce::new("FC", "18.00", DIECI))
        .pagato("2026-02-16");
    s.case("advance payment, seen by the dates alone", send().noting(&["ADVANCE_PAYMENT"]), d);

    let d = scontrino(&mut s, "2026-02-18", 2)
        .per(&people[14])
        .voce(Voce::new("FC", "18.00", DIECI))
        .pagato("2026-02-16")
        .anticipato("1");
    s.case("advance payment, said so", send(), d);

    let d = scontrino(&mut s, "2026-02-19", 2)
        .per(&people[14])
        .voce(Voce::new("FC", "18.00", DIECI))
        .pagato("2026-02-16")
        .anticipato("0");
    s.case("paid before the receipt, and the flag denies it", fix(&["PAYMENT_BEFORE_ISSUE"]), d);

    let originale =
        scontrino(&mut s, "2026-03-02", 1).per(&people[15]).voce(Voce::new("AD", "60.00", QUATTRO));
    let chiave = originale.chiave();
    s.case("device, later returned", send(), originale);
    let d = scontrino(&mut s, "2026-03-06", 1)
        .per(&people[15])
        .voce(Voce::new("AD", "60.00", QUATTRO))
        .rimborsa(&chiave);
    s.case("refund with original", send(), d);
    let d = scontrino(&mut s, "2026-03-09", 1)
        .per(&people[15])
        .voce(Voce::new("AD", "10.00", QUATTRO))
        .rimborsa(&chiave)
        .pagato(&shifted("2026-03-09", 1));
    s.case("refund paid on another day than its date", fix(&["REFUND_PAYMENT_DATE"]), d);

    let d =
        scontrino(&mut s, "2025-12-30", 1).per(&people[14]).voce(Voce::new("FC", "11.00", DIECI));
    s.case("closed year: a till that was never unloaded", out_of_scope(&["TAX_YEAR_CLOSED"]), d);

    let f = s
        .fattura("2026-06-15")
        .per(&people[14])
        .linea(Linea::new("150.00", QUATTRO, Some("AD")))
        .saldata("2026-06-15", "MP08");
    s.case("invoice for a device", send(), f);

    let f = s
        .fattura("2026-06-16")
        .azienda(&partita_iva(9006))
        .linea(Linea::new("90.00", DIECI, Some("FC")))
        .saldata("2026-06-30", "MP05");
    s.case("company: first-aid box", out_of_scope(&["COMPANY_RECIPIENT"]), f);

    let f = s
        .fattura("2026-11-20")
        .per(&people[14])
        .linea(Linea::new("150.00", QUATTRO, Some("AD")))
        .con_totale();
    s.case("unpaid: on account", wait(&["UNPAID"]), f);

    s.finish()
}
