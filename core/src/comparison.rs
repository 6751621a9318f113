//! A month as the service has it beside the same month as the ledger has it.
//!
//! The monthly report shows for each document its key, payment date and totals by kind of expense,
//! and no more (PROTOCOL section 6.5); so that is what is compared. Refunds have no line of their
//! own: their amounts stand in the line of their original.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::command::{Apply, Month};
use crate::domain::{Data, IdSpesa, Importo, TipoSpesa};
use crate::json::{self, Read};
use crate::record::{Documento, Remote, Sent};
use crate::wire::Totale;
use crate::wire::csv::RigaReport;

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The month of the payments.
    pub month: Month,
    /// What was done with it.
    pub applied: Apply,
    /// Documents that agree.
    pub matched: u64,
    /// Documents that do not, at most 5000 of them, by key.
    pub differences: Vec<Difference>,
    /// Differences beyond that.
    pub more: u64,
    /// Lines of the report that could not be read.
    pub unreadable: u64,
}

impl Comparison {
    /// Most differences that are listed.
    pub const LIMIT: usize = 5_000;
}

/// A document that is not the same on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Which kind.
    pub kind: DifferenceKind,
    /// The host's id, where the ledger knows the document.
    pub document: Option<String>,
    /// Its key.
    pub id_spesa: IdSpesa,
    /// What the ledger has evidence of, or wants.
    pub here: Option<Side>,
    /// What the report shows.
    pub there: Option<Side>,
    /// What «Risincronizza» does about it: the sentence for the user, in Italian.
    pub it: &'static str,
    /// The sentence for the developer, in English.
    pub en: &'static str,
}

/// Kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The ledger says that it is there; the report does not show it.
    MissingThere,
    /// The report shows it; the ledger knows no invoice for it.
    MissingHere,
    /// The report shows it; the ledger has the invoice and does not know that it is there.
    NotKnownThere,
    /// Payment date or totals differ.
    Different,
    /// The refunds of the document come to another sum.
    RefundsDiffer,
    /// A sending of it is under way, or its outcome is not known yet.
    Unsettled,
}

impl DifferenceKind {
    fn sentences(self) -> (&'static str, &'static str) {
        match self {
            DifferenceKind::MissingThere => (
                "Risulta inviato ma Sistema TS non lo mostra: si chiede documento per documento e, se manca, si invia di nuovo.",
                "Counts as sent and is not shown: it is asked for, and sent again if absent.",
            ),
            DifferenceKind::MissingHere => (
                "È su Sistema TS e qui non c'è una fattura con questo numero: viene annotato come già presente.",
                "There, and no invoice of this key is known: it is noted as present.",
            ),
            DifferenceKind::NotKnownThere => (
                "È già su Sistema TS, inserito a mano o da un altro programma: viene annotato come già inviato.",
                "There already, by hand or by another program: the document counts as sent.",
            ),
            DifferenceKind::Different => (
                "Su Sistema TS data o importi sono diversi: il documento viene aggiornato con i dati del programma.",
                "Date or totals differ: the document is varied to what the practice has.",
            ),
            DifferenceKind::RefundsDiffer => (
                "I rimborsi registrati su Sistema TS non tornano con quelli del programma: verifica le note di credito.",
                "The refunds there come to another sum: a person looks into it.",
            ),
            DifferenceKind::Unsettled => (
                "Un invio di questo documento è ancora in corso: se ne attende l'esito.",
                "A sending of it is not settled yet: its outcome is awaited.",
            ),
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// Payment date.
    pub data_pagamento: Option<Data>,
    /// Sum of the items for each kind of expense; zeros are left out.
    pub totali: Vec<(String, Importo)>,
    /// Protocol number.
    pub protocollo: Option<String>,
}

/// What the index by payment date knows of a document, so that a month is compared without reading
/// every document of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Read)]
pub(crate) struct Known {
    pub(crate) id: String,
    pub(crate) id_spesa: IdSpesa,
    pub(crate) data_pagamento: Data,
    pub(crate) totals: Vec<(TipoSpesa, Importo)>,
    pub(crate) protocollo: Option<String>,
    pub(crate) refund_of: Option<IdSpesa>,
    /// Whether there is evidence of it, and not only doubt.
    pub(crate) present: bool,
}

impl Known {
    /// What is known of what was sent.
    pub(crate) fn new(documento: &Documento, sent: &Sent) -> Known {
        let (present, protocollo) = match &documento.remote {
            Remote::Present { protocollo, .. } => (true, protocollo.clone()),
            _ => (false, None),
        };
        Known {
            id: documento.id.clone(),
            id_spesa: sent.id_spesa.clone(),
            data_pagamento: sent.data_pagamento,
            totals: sent.totals.clone(),
            protocollo,
            refund_of: sent.id_rimborso.clone(),
            present,
        }
    }

    /// The value of its index key.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        json::write(self).expect("text keys only").into_bytes()
    }

    fn side(&self) -> Side {
        Side {
            data_pagamento: Some(self.data_pagamento),
            totali: self.totals.iter().map(|(t, i)| (t.as_str().to_owned(), *i)).collect(),
            protocollo: self.protocollo.clone(),
        }
    }
}

/// Compares the report of a month with what the ledger knows of that month.
///
/// The second list has the lines of the report whose documents the first part did not find: the
/// ledger may know them under another payment date, or want them without knowing that they are
/// there.
pub(crate) fn compare(
    month: Month,
    rows: Vec<RigaReport>,
    unreadable: usize,
    known: Vec<Known>,
) -> (Comparison, Vec<RigaReport>) {
    let mut comparison = Comparison {
        month,
        applied: Apply::Nothing,
        matched: 0,
        differences: Vec::new(),
        more: 0,
        unreadable: unreadable as u64,
    };
    let mut rows: BTreeMap<IdSpesa, RigaReport> =
        rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let (refunds, documents): (Vec<_>, Vec<_>) =
        known.into_iter().partition(|known| known.refund_of.is_some());
    let mut refunded: BTreeMap<IdSpesa, Vec<(TipoSpesa, Importo)>> = BTreeMap::new();
    for refund in refunds {
        if !refund.present {
            comparison.add(DifferenceKind::Unsettled, Some(&refund), None);
        } else if let Some(original) = refund.refund_of.clone() {
            refunded.entry(original).or_default().extend(refund.totals.iter().copied());
        }
    }
    for document in documents {
        let row = rows.remove(&document.id_spesa);
        match row {
            _ if !document.present => {
                comparison.add(DifferenceKind::Unsettled, Some(&document), row.as_ref());
            }
            None => comparison.add(DifferenceKind::MissingThere, Some(&document), None),
            Some(row) if !same(&document, &row) => {
                comparison.add(DifferenceKind::Different, Some(&document), Some(&row));
            }
            Some(row) if !same_refunds(refunded.get(&document.id_spesa), &row) => {
                comparison.add(DifferenceKind::RefundsDiffer, Some(&document), Some(&row));
            }
            Some(_) => comparison.matched += 1,
        }
    }
    (comparison, rows.into_values().collect())
}

impl Comparison {
    /// Notes a difference.
    pub(crate) fn add(
        &mut self,
        kind: DifferenceKind,
        here: Option<&Known>,
        there: Option<&RigaReport>,
    ) {
        let key = here.map(|known| &known.id_spesa).or(there.map(|row| &row.id));
        let Some(key) = key else { return };
        if self.differences.len() >= Comparison::LIMIT {
            self.more += 1;
            return;
        }
        let (it, en) = kind.sentences();
        self.differences.push(Difference {
            kind,
            document: here.map(|known| known.id.clone()),
            id_spesa: key.clone(),
            here: here.map(Known::side),
            there: there.map(|row| Side {
                data_pagamento: row.data_pagamento,
                totali: row.totali.iter().map(|t| (t.tipo_spesa.clone(), t.importo)).collect(),
                protocollo: row.protocollo.clone(),
            }),
            it,
            en,
        });
    }
}

/// Whether a line shows what the ledger knows.
pub(crate) fn same(known: &Known, row: &RigaReport) -> bool {
    row.data_pagamento == Some(known.data_pagamento) && sums(&row.totali) == by_name(&known.totals)
}

/// Sums of a refund may be of another month than its original, and then the line has more than
/// this month's refunds; fewer is a difference in any case, and so is more when all are known here.
fn same_refunds(known: Option<&Vec<(TipoSpesa, Importo)>>, row: &RigaReport) -> bool {
    let shown = sums(&row.totali_rimborsati);
    let known = by_name(known.map_or(&[][..], Vec::as_slice));
    known.iter().all(|(tipo, cents)| shown.get(tipo).is_some_and(|shown| shown >= cents))
}

fn sums(totali: &[Totale]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for total in totali.iter().filter(|total| total.importo.cents() != 0) {
        *sums.entry(total.tipo_spesa.clone()).or_default() += total.importo.cents();
    }
    sums
}

fn by_name(totals: &[(TipoSpesa, Importo)]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for (tipo, importo) in totals {
        *sums.entry(tipo.as_str().to_owned()).or_default() += importo.cents();
    }
    sums
}
