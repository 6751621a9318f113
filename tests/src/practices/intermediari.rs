//! Delegates: an association that sends for a pharmacy, an Entratel intermediary that sends for
//! a physician. Neither has the synchronous service.

use super::fattura::{Documento, Iva, Linea, Voce, eur};
use super::persone::{Sesso, codice_fiscale, partita_iva, persone, wrong_check_letter};
use super::{
    Codici, Credenziali, Practice, Profilo, Studio, User, credenziali, days, fix, out_of_scope,
    send, user_of, wait,
};

const ESENTE: Iva = Iva::Natura("N4");
const DIECI: Iva = Iva::Aliquota("10.00");

/// The delegate as a user of the service.
fn delegate(credentials: &Credenziali, categoria: &'static str, sede: Option<String>) -> User {
    User {
        user: credentials.user.clone(),
        password: credentials.password.clone(),
        pincode: credentials.pincode.clone(),
        categoria,
        cf_proprietario: String::new(),
        p_iva: String::new(),
        codici: None,
        delegato: None,
        sede,
    }
}

pub(super) fn associazione() -> Practice {
    let profile = Profilo {
        categoria: "farmacia",
        accesso: Some("associazione"),
        sede: None,
        codici: Some(Codici { codice_regione: "995", codice_asl: "405", codice_ssa: "94009" }),
        cf_proprietario: codice_fiscale("Delegati", "Irma", "1973-09-09", Sesso::F),
        p_iva: partita_iva(409),
    };
    let credentials = credenziali("INVASS09", "associazione");
    let own = credenziali("INVFAR09", "farmacia delegante");
    let mut pharmacy = user_of(&profile, &own, "farmacia");
    pharmacy.delegato = Some(credentials.user.clone());
    let users = vec![delegate(&credentials, "associazione", None), pharmacy];
    let mut s = Studio::new(
        "associazione",
        "Associazione di categoria delegata da una farmacia",
        profile,
        credentials,
        users,
        |n| format!("{n:05}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-03", "2026-11-21", 13).iter().enumerate() {
        let (id, number) = s.next();
        let d = Documento::scontrino(id, number, date, 1).per(&people[i % 14]).voce(Voce::new(
            ["FC", "FV"][i % 2],
            "11.20",
            DIECI,
        ));
        s.case("receipt of the pharmacy", send(), d);
    }
    let (id, number) = s.next();
    let d = Documento::scontrino(id, number, "2026-06-17", 1)
        .per(&wrong_check_letter(&people[14]))
        .voce(Voce::new("FC", "11.20", DIECI));
    s.case("wrong check letter", fix(&["CF_CHECK"]), d);
    let (id, number) = s.next();
    let d = Documento::scontrino(id, number, "2026-06-18", 1)
        .opposizione()
        .voce(Voce::new("FC", "11.20", DIECI));
    s.case("opposition", send().noting(&["OPPOSITION"]), d);

    s.finish()
}

pub(super) fn intermediario_entratel() -> Practice {
    let sede = format!("{}-000", partita_iva(9010));
    let profile = Profilo {
        categoria: "medico",
        accesso: Some("entrate"),
        sede: Some(sede.clone()),
        codici: None,
        cf_proprietario: codice_fiscale("Affidati", "Sergio", "1960-06-06", Sesso::M),
        p_iva: partita_iva(410),
    };
    let credentials = Credenziali {
        // Entratel: the characters in odd places of the PIN, sent in clear.
        pincode: "Z9Y8X7W6".to_owned(),
        ..credenziali(
            &codice_fiscale("Commercialisti", "Ada", "1970-01-20", Sesso::F),
            "intermediario_entratel",
        )
    };
    let own = credenziali(&profile.cf_proprietario, "medico delegante");
    let mut physician = user_of(&profile, &own, "medico");
    physician.delegato = Some(credentials.user.clone());
    let users = vec![delegate(&credentials, "intermediarioEntratel", Some(sede)), physician];
    let mut s = Studio::new(
        "intermediario_entratel",
        "Commercialista con credenziali Entratel, delegato da un medico",
        profile,
        credentials,
        users,
        |n| format!("{n}"),
    );
    let people = persone();

    for (i, date) in days("2026-01-15", "2026-11-19", 14).iter().enumerate() {
        let price = ["70.00", "130.00"][i % 2];
        let f = s.fattura(date).per(&people[i % 14]).linea(Linea::new(price, ESENTE, Some("SR")));
        let f = if f.totale() > eur("77.47") { f.bollo(true) } else { f };
        let f = f.saldata(date, ["MP08", "MP02", "MP01"][i % 3]);
        s.case("visit", send(), f);
    }
    let f = s
        .fattura("2026-10-01")
        .per(&people[14])
        .linea(Linea::new("70.00", ESENTE, Some("SR")))
        .con_totale();
    s.case("unpaid", wait(&["UNPAID"]), f);
    let f = s
        .fattura("2026-10-02")
        .azienda(&partita_iva(9011))
        .linea(Linea::new("70.00", ESENTE, Some("SR")))
        .saldata("2026-10-02", "MP05");
    s.case("company", out_of_scope(&["COMPANY_RECIPIENT"]), f);
    let f = s
        .fattura("2026-10-05")
        .per(&people[15])
        .linea(Linea::new("70.00", ESENTE, Some("SR")))
        .saldata("2026-10-05", "MP08");
    s.case("same patient, same day: the visit", send(), f);
    let f = s
        .fattura("2026-10-05")
        .per(&people[15])
        .linea(Linea::new("30.00", ESENTE, Some("SR")))
        .saldata("2026-10-05", "MP08");
    s.case("same patient, same day: the ultrasound", send().remarked("W014"), f);

    s.finish()
}
