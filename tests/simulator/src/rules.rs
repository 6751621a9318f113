//! What the service demands of a document's content beyond the schema (PROTOCOL section 5.5).
//! Only what is certain is refused.

use crate::codes::Messaggio;
use crate::codice_fiscale::formally_right;
use crate::document::{Cittadino, Contenuto};
use crate::operation::Operation;
use crate::setup::{ExpenseTypes, FormalCheck, Settings};
use crate::users::{Categoria, User};

/// The refusals a document's own content deserves, each code once.
pub(crate) fn check(
    content: &Contenuto,
    operation: Operation,
    owner: &User,
    settings: &Settings,
) -> Vec<Messaggio> {
    let mut codes = Vec::new();
    let mut refuse = |wrong: bool, code: &'static str| {
        if wrong && !codes.contains(&code) {
            codes.push(code);
        }
    };
    let date = content.key.data_emissione;
    match &content.cittadino {
        Cittadino::Absent => refuse(!content.opposizione, "S902"),
        _ if content.opposizione => refuse(true, "S901"),
        Cittadino::Undecipherable => refuse(true, "S914"),
        Cittadino::Clear(cf) => refuse(!right(cf, settings.formal_check), "S011"),
    }
    if operation == Operation::Rimborso {
        refuse(content.data_pagamento != date, "S907");
    } else {
        refuse(content.data_pagamento < date && !content.anticipato, "S906");
    }
    // The fields of 2020 became mandatory for the documents of 2021 on (DM 19/10/2020).
    let new_fields = content.data_pagamento.year() >= 2021;
    refuse(new_fields && content.tipo_documento.is_none(), "S904");
    refuse(content.tracciato.is_none() && must_be_traced(content, owner), "S905");
    for voce in &content.voci {
        refuse(voce.cents.is_none(), "S913");
        refuse(new_fields && voce.aliquota.is_none() && voce.natura.is_none(), "S903");
        let natura = voce.natura.as_deref();
        refuse(natura.is_some_and(|n| !natura_admitted(n, content)), "S911");
        let flag_fits = match voce.flag.as_deref() {
            Some("1") => voce.tipo == "TK",
            Some("2") => voce.tipo == "SR",
            _ => true,
        };
        // The kit's own refund samples carry flag 1 with SR: a refund is not held to it.
        refuse(!flag_fits && operation != Operation::Rimborso, "S912");
        let enforced =
            owner.categoria.is_sp_profession() || settings.expense_types == ExpenseTypes::Table;
        // A body sends for structures of every kind, so its row is empty and refuses nothing.
        let admitted = owner.categoria.tipi_spesa();
        let listed = admitted.is_empty() || admitted.contains(&voce.tipo.as_str());
        refuse(enforced && !listed, "S910");
    }
    codes.into_iter().map(Messaggio::of).collect()
}

fn right(cf: &str, check: FormalCheck) -> bool {
    match check {
        FormalCheck::Strict => formally_right(cf),
        FormalCheck::Lenient => !cf.is_empty(),
    }
}

/// Mandatory from 1/1/2020 but for TK, FC, AD, FV and for accredited structures.
fn must_be_traced(content: &Contenuto, owner: &User) -> bool {
    let exempt = |tipo: &str| ["TK", "FC", "AD", "FV"].contains(&tipo);
    content.data_pagamento.year() >= 2020
        && owner.categoria != Categoria::StrutturaAccreditata
        && content.voci.iter().any(|voce| !exempt(&voce.tipo))
}

/// N1 to N6 on a commercial document; N1 to N7 and their sub-codes on an invoice.
fn natura_admitted(natura: &str, content: &Contenuto) -> bool {
    let sub_codes: &[&str] = match natura.get(..2) {
        Some("N2") => &["", ".1", ".2"],
        Some("N3") => &["", ".1", ".2", ".3", ".4", ".5", ".6"],
        Some("N6") => &["", ".1", ".2", ".3", ".4", ".5", ".6", ".7", ".8", ".9"],
        Some("N1" | "N4" | "N5" | "N7") => &[""],
        _ => return false,
    };
    let rest = natura.get(2..).unwrap_or_default();
    match content.tipo_documento.as_deref() {
        Some("D") => rest.is_empty() && natura != "N7",
        _ => sub_codes.contains(&rest),
    }
}
