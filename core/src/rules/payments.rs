//! When a document was paid, and whether that can be traced.

use std::cmp::Ordering;

use super::categories::public_or_accredited;
use super::fields::{At, Reader, given};
use super::reason::row;
use crate::domain::invoice::Pagamento;
use crate::domain::{Categoria, Data, Importo, PagamentoTracciato, TipoSpesa};

/// Whether a means of payment can be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Traced {
    Yes,
    No,
    /// No source says; taken as untraced, because a wrong SI gives a deduction that is not due.
    Uncertain,
}

/// FatturaPA's means of payment. Traced are bank and postal payments, cards and cheques
/// (L. 160/2019, article 1, paragraph 679, with article 23 of D.Lgs. 241/1997).
const MEANS: &[(&str, Traced)] = &[
    ("MP01", Traced::No),        // cash
    ("MP02", Traced::Yes),       // cheque
    ("MP03", Traced::Yes),       // banker's draft
    ("MP04", Traced::No),        // cash at the treasury
    ("MP05", Traced::Yes),       // bank transfer
    ("MP06", Traced::Yes),       // vaglia cambiario, a draft of the Bank of Italy
    ("MP07", Traced::Yes),       // bank payment slip
    ("MP08", Traced::Yes),       // payment card
    ("MP09", Traced::Yes),       // RID direct debit
    ("MP10", Traced::Yes),       // RID for utilities
    ("MP11", Traced::Yes),       // RID, quick
    ("MP12", Traced::Yes),       // RIBA
    ("MP13", Traced::Yes),       // MAV
    ("MP14", Traced::Uncertain), // receipt of the treasury
    ("MP15", Traced::Uncertain), // transfer between special accounts
    ("MP16", Traced::Yes),       // bank direct debit
    ("MP17", Traced::Yes),       // postal direct debit
    ("MP18", Traced::Yes),       // postal payment slip
    ("MP19", Traced::Yes),       // SEPA direct debit
    ("MP20", Traced::Yes),       // SEPA direct debit, core
    ("MP21", Traced::Yes),       // SEPA direct debit, business
    ("MP22", Traced::Uncertain), // kept back from sums already collected
    ("MP23", Traced::Yes),       // PagoPA
];

/// Whether `pagamentoTracciato` must be there: always, except for items that are all of kinds
/// deductible anyway and except for public or accredited senders (PROTOCOL section 5.5, rule 6).
pub(super) fn tracciato_mandatory(
    categoria: Categoria,
    mut tipi: impl Iterator<Item = TipoSpesa>,
) -> bool {
    use TipoSpesa::{Ad, Fc, Fv, Tk};
    !public_or_accredited(categoria) && tipi.any(|tipo| !matches!(tipo, Tk | Fc | Ad | Fv))
}

/// What the payments are compared with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Due {
    /// This much, to be paid within one calendar year.
    Total(Importo),
    /// Something, but the amounts of the document cannot be read.
    Unknown,
    /// Nothing from the patient: a refund, dated as its document.
    Refund,
}

/// What the payments of an invoice say.
#[derive(Debug, Default)]
pub(super) struct Payments {
    /// Date of the balance and the place of that payment.
    pub(super) last: Option<(Data, usize)>,
    /// Whether traced; `None` when a means is missing or there is no payment.
    pub(super) tracciato: Option<PagamentoTracciato>,
    /// Place of the first payment without means.
    pub(super) without_means: Option<usize>,
}

impl Reader<'_> {
    /// Reads the payments and compares them with what is due.
    pub(super) fn payments(&mut self, pagamenti: &[Pagamento], due: Due) -> Payments {
        let mut payments = Payments::default();
        let (mut traced, mut untraced) = (false, false);
        let (mut complete, mut paid, mut years) = (true, 0, [u16::MAX, 0]);
        for (i, pagamento) in pagamenti.iter().enumerate() {
            let at = At("pagamenti", i);
            let day = self.data_pagamento(&pagamento.data_pagamento, || at.field("dataPagamento"));
            let importo = self.importo(&pagamento.importo, || at.field("importo"));
            if importo.is_some_and(|importo| importo <= Importo::ZERO) {
                self.found.add(&row::IMPORTO_NOT_POSITIVE, at.field("importo"));
            }
            match given(&pagamento.modalita_pagamento) {
                None => payments.without_means = payments.without_means.or(Some(i)),
                Some(text) => match MEANS.iter().find(|(code, _)| *code == text) {
                    Some((_, Traced::Yes)) => traced = true,
                    Some((_, Traced::No)) => untraced = true,
                    Some((_, Traced::Uncertain)) => {
                        untraced = true;
                        let path = at.field("modalitaPagamento");
                        self.found.add(&row::PAYMENT_MEANS_UNCERTAIN, path);
                    }
                    None => {
                        let path = at.field("modalitaPagamento");
                        self.found.add(&row::PAYMENT_MEANS_WRONG, path);
                    }
                },
            }
            if let Some(day) = day {
                years = [years[0].min(day.anno()), years[1].max(day.anno())];
                if payments.last.is_none_or(|(last, _)| day >= last) {
                    payments.last = Some((day, i));
                }
            }
            complete &= day.is_some() && importo.is_some();
            paid += importo.map_or(0, Importo::cents);
        }
        if payments.without_means.is_none() && (traced || untraced) {
            payments.tracciato =
                Some(if untraced { PagamentoTracciato::No } else { PagamentoTracciato::Si });
            if traced && untraced {
                self.found.add(&row::MIXED_PAYMENT, "/pagamenti");
            }
        }
        if matches!(due, Due::Refund) {
            return payments;
        }
        if pagamenti.is_empty() {
            self.found.add(&row::UNPAID, "/pagamenti");
        }
        if payments.last.is_some() && years[0] != years[1] {
            self.found.add(&row::PAYMENTS_OVER_TWO_YEARS, "/pagamenti");
        }
        if let (Due::Total(total), true, false) = (due, complete, pagamenti.is_empty()) {
            match paid.cmp(&total.cents()) {
                Ordering::Less => {
                    // A balance to come falls in another year than what was paid.
                    let one_year = years[0] == years[1];
                    if one_year && years[1] < self.context.today.anno() {
                        self.found.add(&row::PART_PAID_YEAR_ENDED, "/pagamenti");
                    } else {
                        self.found.add(&row::PART_PAID, "/pagamenti");
                        let new_year = Data::new(years[1].saturating_add(1), 1, 1);
                        if let (true, Ok(new_year)) = (one_year, new_year) {
                            self.found.foresee(&row::PART_PAID_YEAR_ENDED, new_year);
                        }
                    }
                }
                Ordering::Equal => {}
                Ordering::Greater => self.found.add(&row::PAYMENTS_EXCEED_TOTAL, "/pagamenti"),
            }
        }
        payments
    }
}
