//! Whether the service has what the practice wants, once each, and nothing else.

use std::collections::BTreeMap;

use sts_core::command::{DocumentState, DocumentView};
use sts_simulator::World;

use super::invoice::{Invoice, P_IVA, date};

/// What is not as it must be, one line each; none when all is well. `wanted` is what must be on
/// the service, `documents` what the practice's ledger says of each.
pub(super) fn differences(
    world: &World,
    wanted: &[Invoice],
    documents: &BTreeMap<String, DocumentView>,
) -> Vec<String> {
    let mut differences = Vec::new();
    let stored: BTreeMap<String, _> = world
        .documents()
        .into_iter()
        .filter(|document| !document.cancelled)
        .map(|document| (document.key.num_documento.clone(), document))
        .collect();
    for (number, document) in &stored {
        if !wanted.iter().any(|invoice| invoice.numero == *number) {
            differences.push(format!("{number}: on the service, and not wanted there"));
        }
        if document.times_inserted != 1 {
            differences.push(format!("{number}: inserted {} times", document.times_inserted));
        }
    }
    for invoice in wanted {
        let number = &invoice.numero;
        let Some(document) = stored.get(number) else {
            differences.push(format!("{number}: wanted, and not on the service"));
            continue;
        };
        let mut differs = |what: &str, same: bool| {
            if !same {
                differences.push(format!("{number}: {what} differs"));
            }
        };
        let key = &document.key;
        differs("pIva", key.p_iva == P_IVA);
        differs("dataEmissione", key.data_emissione.to_string() == date(invoice.day));
        differs("dispositivo", key.dispositivo == 1);
        let paid = invoice.paid.map(date);
        differs("dataPagamento", Some(document.data_pagamento.to_string()) == paid);
        let totals = BTreeMap::from([("SP".to_owned(), invoice.total().unsigned_abs())]);
        differs("vociSpesa", document.totals_cents == totals);
        let cf = (!invoice.opposed).then(|| world.digest(&invoice.cf));
        differs("cfCittadino", document.cittadino == cf);
        differs("flagOpposizione", document.flag_opposizione == invoice.opposed);
        differs("pagamentoTracciato", document.pagamento_tracciato.as_deref() == Some("SI"));
        let refunds = document.refund_of.as_ref().map(|key| key.num_documento.clone());
        differs(
            "idRimborso",
            refunds == invoice.refunds.as_ref().map(|(numero, _)| numero.clone()),
        );
        let view = documents.get(&invoice.id);
        let accepted = view.is_some_and(|view| {
            matches!(view.state, DocumentState::Accepted | DocumentState::AcceptedWithWarnings)
                && view.protocollo.as_deref() == Some(&document.protocollo)
        });
        differs("what the ledger says", accepted);
    }
    differences
}
