//! From lines, VAT, contributions and stamp duty to items, so that everything adds up.
//!
//! Lines are gathered by where they go (kind of expense and mark, or an exclusion) and by VAT. VAT
//! is rounded once per rate over the whole document, as the invoice itself does, and shared out
//! among the gathered lines by largest remainder. So the items and the exclusions sum to the total
//! of the document, to the cent, whatever the policy (RULES section 7).

use super::fields::{At, Reader, given};
use super::reason::row;
use super::{Escluso, Exclusion, NonHealth, Share, categories::only_health_expense};
use crate::domain::invoice::{DatiCassaPrevidenziale, DettaglioLinea, Invoice};
use crate::domain::{FlagTipoSpesa, Importo, Iva, Natura, TipoDocumento, TipoSpesa, VoceSpesa};

/// What the amounts of an invoice come to.
#[derive(Debug)]
pub(super) struct Amounts {
    pub(super) totale: Importo,
    pub(super) voci: Vec<VoceSpesa>,
    pub(super) esclusi: Vec<Escluso>,
}

/// Where a part of the total goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goes {
    Voce(TipoSpesa, Option<FlagTipoSpesa>),
    Out(Exclusion),
}

/// Lines that go to the same place with the same VAT; amounts in cents.
#[derive(Clone, Copy, Debug)]
struct Group {
    goes: Goes,
    iva: Iva,
    net: i64,
    vat: i64,
    /// Stamp duty and roundings.
    extra: i64,
    /// The first line, as the place for what is wrong with the sum.
    line: usize,
}

impl Group {
    fn gross(&self) -> i64 {
        self.net + self.vat + self.extra
    }

    fn is_health(&self) -> bool {
        matches!(self.goes, Goes::Voce(tipo, _) if tipo != TipoSpesa::Aa)
    }
}

/// Stamp duty is due above this many cents without VAT (DPR 642/1972, tariff, article 13).
const BOLLO_THRESHOLD: i64 = 7_747;

#[derive(Debug, Default)]
struct Groups(Vec<Group>);

impl Groups {
    fn add(&mut self, goes: Goes, iva: Iva, net: i64, line: usize) {
        match self.0.iter_mut().find(|g| g.goes == goes && g.iva == iva) {
            Some(group) => group.net += net,
            None => self.0.push(Group {
                goes,
                iva,
                net,
                vat: 0,
                extra: 0,
                line,
            }),
        }
    }

    /// The largest group among those that `wanted` holds of; the first of equals.
    fn largest(&self, wanted: impl Fn(&Group) -> bool) -> Option<usize> {
        let candidates = self.0.iter().enumerate().filter(|(_, g)| wanted(g));
        candidates.rev().max_by_key(|(_, g)| g.net).map(|(i, _)| i)
    }

    /// Where something goes that has no line of its own: the largest health expense, else the
    /// largest item, else the largest of all.
    fn main(&self) -> Option<usize> {
        self.largest(Group::is_health)
            .or_else(|| self.largest(|g| matches!(g.goes, Goes::Voce(..))))
            .or_else(|| self.largest(|_| true))
    }

    fn gross(&self) -> i64 {
        self.0.iter().map(Group::gross).sum()
    }

    /// VAT, once per rate.
    fn tax(&mut self) {
        for first in 0..self.0.len() {
            let iva = self.0[first].iva;
            let Iva::Aliquota(aliquota) = iva else {
                continue;
            };
            if self.0[..first].iter().any(|g| g.iva == iva) {
                continue;
            }
            let same = |g: &&mut Group| g.iva == iva;
            let net: i64 = self.0.iter_mut().filter(same).map(|g| g.net).sum();
            let vat = rounded(i128::from(net) * i128::from(aliquota.hundredths()), 10_000);
            let members = self.0.iter_mut().filter(same);
            share(vat, members.map(|g| (g.net, &mut g.vat)).collect());
        }
    }

    /// A contribution goes where the lines with its VAT go, in proportion; without such lines it
    /// goes with the main group.
    fn add_contribution(&mut self, iva: Iva, net: i64) {
        let weight: i64 = self.0.iter().filter(|g| g.iva == iva).map(|g| g.net).sum();
        let positive = self.0.iter().all(|g| g.iva != iva || g.net >= 0);
        if weight > 0 && positive {
            let same = self.0.iter_mut().filter(|g| g.iva == iva);
            // Shares of the contribution are part of the net amount: VAT is due on them.
            let mut shares: Vec<(i64, i64)> = same.map(|g| (g.net, 0)).collect();
            share(net, shares.iter_mut().map(|(w, s)| (*w, s)).collect());
            let same = self.0.iter_mut().filter(|g| g.iva == iva);
            same.zip(shares).for_each(|(g, (_, s))| g.net += s);
        } else if let Some(main) = self.main() {
            let Group { goes, line, .. } = self.0[main];
            self.add(goes, iva, net, line);
        }
    }
}

/// Half away from zero.
fn rounded(numerator: i128, denominator: i128) -> i64 {
    let magnitude = (numerator.abs() + denominator / 2) / denominator;
    (magnitude * numerator.signum()) as i64
}

/// Shares an amount out in proportion to weights, exactly: each share is rounded down and the
/// cents left over go to the largest remainders, the first of equals.
fn share(amount: i64, mut parts: Vec<(i64, &mut i64)>) {
    let total: i128 = parts.iter().map(|(weight, _)| i128::from(*weight)).sum();
    if total == 0 {
        if let Some((_, to)) = parts.first_mut() {
            **to += amount;
        }
        return;
    }
    let mut left = amount;
    let mut remainders = Vec::with_capacity(parts.len());
    for (i, (weight, to)) in parts.iter_mut().enumerate() {
        // A negative total turns both signs, so that remainders stay within 0 and the total.
        let exact = i128::from(amount) * i128::from(*weight) * total.signum();
        let floor = exact.div_euclid(total.abs()) as i64;
        **to += floor;
        left -= floor;
        remainders.push((exact.rem_euclid(total.abs()), i));
    }
    if left > 0 {
        remainders.sort_by_key(|(remainder, i)| (std::cmp::Reverse(*remainder), *i));
        for (_, i) in remainders.into_iter().take(left as usize) {
            *parts[i].1 += 1;
        }
    }
}

impl Reader<'_> {
    /// The items and exclusions, when all amounts can be read and agree with the total given.
    pub(super) fn amounts(
        &mut self,
        invoice: &Invoice,
        tipo: Option<TipoDocumento>,
    ) -> Option<Amounts> {
        let mut groups = Groups(Vec::with_capacity(4));
        let mut readable = self.lines(&invoice.dettaglio_linee, tipo, &mut groups)?;
        for (i, cassa) in invoice.dati_cassa_previdenziale.iter().enumerate() {
            readable &= self.cassa(cassa, At("datiCassaPrevidenziale", i), tipo, &mut groups);
        }
        let stated = match given(&invoice.importo_totale_documento) {
            None => None,
            Some(_) => {
                let raw = &invoice.importo_totale_documento;
                let total = self.importo(raw, || "/importoTotaleDocumento".into());
                readable &= total.is_some();
                total.map(Importo::cents)
            }
        };
        let bollo = match &invoice.dati_bollo {
            None => None,
            Some(bollo) => {
                let path = "/datiBollo/importoBollo";
                let importo = self.importo(&bollo.importo_bollo, || path.into());
                if importo.is_some_and(|importo| importo <= Importo::ZERO) {
                    self.found.add(&row::IMPORTO_NOT_POSITIVE, path);
                }
                readable &= importo.is_some_and(|importo| importo > Importo::ZERO);
                Some((importo.map_or(0, Importo::cents), bollo.addebitato))
            }
        };
        if !readable {
            return None;
        }
        groups.tax();
        let taxed = |iva: &Iva| matches!(iva, Iva::Aliquota(a) if a.hundredths() > 0);
        // Each taxed line may have been rounded by itself.
        let tolerance = if groups.0.iter().any(|g| taxed(&g.iva)) {
            (invoice.dettaglio_linee.len() + invoice.dati_cassa_previdenziale.len()) as i64
        } else {
            0
        };
        if tipo == Some(TipoDocumento::Fattura) && bollo.is_none() {
            self.expect_bollo(&groups);
        }
        let charged = self.charged_bollo(bollo, groups.gross(), stated, tolerance)?;
        if charged > 0 {
            self.place_bollo(charged, &mut groups);
        }
        if let Some(stated) = stated {
            let difference = stated - groups.gross();
            if difference.abs() > tolerance {
                self.found
                    .add(&row::TOTAL_MISMATCH, "/importoTotaleDocumento");
                return None;
            }
            if difference != 0 {
                self.found
                    .add(&row::TOTAL_ROUNDED, "/importoTotaleDocumento");
                let largest = groups.largest(|g| taxed(&g.iva))?;
                groups.0[largest].extra += difference;
            }
        }
        self.items(&groups)
    }

    /// Reads the lines into groups; `None` when there is nothing to add up.
    fn lines(
        &mut self,
        lines: &[DettaglioLinea],
        tipo: Option<TipoDocumento>,
        groups: &mut Groups,
    ) -> Option<bool> {
        if lines.is_empty() {
            self.found.add(&row::NO_LINES, "/dettaglioLinee");
            return None;
        }
        // Where nothing goes, it would be untrue to say how a share of it goes.
        let any_health = lines.iter().any(|line| line.sanitaria != Some(false));
        if !any_health {
            self.found.add(&row::NO_HEALTH_EXPENSE, "/dettaglioLinee");
        }
        let mut readable = true;
        let (mut seen, mut defaulted, mut as_aa) = (0, false, false);
        for (i, line) in lines.iter().enumerate() {
            let at = At("dettaglioLinee", i);
            let net = self.importo(&line.prezzo_totale, || at.field("prezzoTotale"));
            let iva = self.iva(&line.aliquota_iva, &line.natura_iva, tipo, at);
            if iva == Some(None) {
                self.found.add(&row::IVA_MISSING, at.field("aliquotaIVA"));
            }
            let tipo_spesa = match (line.sanitaria, given(&line.tipo_spesa)) {
                (Some(false), written) => {
                    if written.is_some_and(|t| t != TipoSpesa::Aa.as_str()) {
                        let path = at.field("tipoSpesa");
                        self.found.add(&row::TIPO_SPESA_ON_EXCLUDED_LINE, path);
                    }
                    let aa =
                        any_health && self.context.policy.non_sanitaria == NonHealth::OtherExpenses;
                    if aa && !as_aa {
                        as_aa = true;
                        self.found
                            .add(&row::NON_HEALTH_AS_AA, at.field("sanitaria"));
                    }
                    (!aa || self.admitted(TipoSpesa::Aa, at, &mut seen)).then_some(TipoSpesa::Aa)
                }
                (_, Some(text)) => self.tipo_spesa(text, at, &mut seen),
                (_, None) => {
                    let default = self.default_tipo_spesa(at, defaulted);
                    defaulted |= default.is_some();
                    default.filter(|tipo| self.admitted(*tipo, at, &mut seen))
                }
            };
            let flag = self.flag_tipo_spesa(&line.flag_tipo_spesa, tipo_spesa, at);
            if let Some(iva) = iva {
                self.check_natura(iva, tipo_spesa, tipo, at);
            }
            let excluded = line.sanitaria == Some(false)
                && self.context.policy.non_sanitaria == NonHealth::Exclude;
            match (net, iva.flatten(), tipo_spesa, flag) {
                (Some(net), Some(iva), Some(tipo_spesa), Some(flag)) => {
                    let goes = if excluded {
                        Goes::Out(Exclusion::NonSanitaria)
                    } else {
                        Goes::Voce(tipo_spesa, flag)
                    };
                    groups.add(goes, iva, net.cents(), i);
                }
                _ => readable = false,
            }
        }
        Some(readable)
    }

    fn default_tipo_spesa(&mut self, at: At, noted: bool) -> Option<TipoSpesa> {
        let Some(tipo) = self
            .context
            .policy
            .tipo_spesa
            .or_else(|| only_health_expense(self.context.profile.categoria))
        else {
            self.found
                .add(&row::TIPO_SPESA_MISSING, at.field("tipoSpesa"));
            return None;
        };
        if !noted {
            self.found
                .add(&row::TIPO_SPESA_DEFAULTED, at.field("tipoSpesa"));
        }
        Some(tipo)
    }

    /// Adds a contribution; whether it could be read.
    fn cassa(
        &mut self,
        cassa: &DatiCassaPrevidenziale,
        at: At,
        tipo: Option<TipoDocumento>,
        groups: &mut Groups,
    ) -> bool {
        let raw = &cassa.importo_contributo_cassa;
        let net = self.importo(raw, || at.field("importoContributoCassa"));
        let iva = self.iva(&cassa.aliquota_iva, &cassa.natura_iva, tipo, at);
        let iva = match iva {
            Some(None) => {
                let first = groups.0.first().map(|g| g.iva);
                let common = first.filter(|iva| groups.0.iter().all(|g| g.iva == *iva));
                // Without readable lines their own reasons are enough.
                if common.is_none() && first.is_some() {
                    self.found.add(&row::IVA_MISSING, at.field("aliquotaIVA"));
                }
                common
            }
            iva => iva.flatten(),
        };
        let (Some(net), Some(iva)) = (net, iva) else {
            return false;
        };
        match self.context.policy.cassa_previdenziale {
            Share::FollowExpense => groups.add_contribution(iva, net.cents()),
            Share::Exclude => {
                groups.add(
                    Goes::Out(Exclusion::CassaPrevidenziale),
                    iva,
                    net.cents(),
                    0,
                );
            }
        }
        true
    }

    /// The stamp duty inside the total: as said, or as the total given tells.
    fn charged_bollo(
        &mut self,
        bollo: Option<(i64, Option<bool>)>,
        without: i64,
        stated: Option<i64>,
        tolerance: i64,
    ) -> Option<i64> {
        let (importo, charged) = match bollo {
            None => return Some(0),
            Some((importo, Some(charged))) => (importo, Some(charged)),
            Some((importo, None)) => {
                let agrees = |with: i64| stated.is_some_and(|t| (t - with).abs() <= tolerance);
                let charged = match (agrees(without), agrees(without + importo)) {
                    (true, false) => Some(false),
                    (false, true) => Some(true),
                    _ => None,
                };
                (importo, charged)
            }
        };
        match charged {
            Some(true) => Some(importo),
            Some(false) => Some(0),
            None => {
                self.found.add(&row::BOLLO_UNCLEAR, "/datiBollo/addebitato");
                None
            }
        }
    }

    fn place_bollo(&mut self, charged: i64, groups: &mut Groups) {
        let untaxed = |g: &Group| g.is_health() && matches!(g.iva, Iva::Natura(_));
        match self.context.policy.bollo {
            // Stamp duty comes from the part without VAT.
            Share::FollowExpense => {
                if let Some(i) = groups.largest(untaxed).or_else(|| groups.main()) {
                    groups.0[i].extra += charged;
                }
            }
            Share::Exclude => groups.0.push(Group {
                goes: Goes::Out(Exclusion::Bollo),
                iva: Iva::Natura(Natura::N1),
                net: 0,
                vat: 0,
                extra: charged,
                line: 0,
            }),
        }
    }

    fn expect_bollo(&mut self, groups: &Groups) {
        use Natura::{N1, N2, N2_1, N2_2, N4};
        let liable = |g: &&Group| matches!(g.iva, Iva::Natura(N1 | N2 | N2_1 | N2_2 | N4));
        let amount: i64 = groups.0.iter().filter(liable).map(|g| g.net).sum();
        if amount > BOLLO_THRESHOLD {
            self.found.add(&row::BOLLO_EXPECTED, "/datiBollo");
        }
    }

    /// Turns groups into items and exclusions, within the limits of an item.
    fn items(&mut self, groups: &Groups) -> Option<Amounts> {
        let Ok(totale) = Importo::from_cents(groups.gross()) else {
            self.found.add(&row::IMPORTO_RANGE, "/dettaglioLinee");
            return None;
        };
        let mut voci = Vec::with_capacity(groups.0.len());
        let mut esclusi: Vec<Escluso> = Vec::new();
        let mut within = true;
        for group in &groups.0 {
            let cents = group.gross();
            let Ok(importo) = Importo::from_cents(cents) else {
                within = false;
                self.found.add(
                    &row::IMPORTO_RANGE,
                    At("dettaglioLinee", group.line).field("prezzoTotale"),
                );
                continue;
            };
            match group.goes {
                // A line of text, or a discount of everything.
                _ if cents == 0 => {}
                Goes::Out(what) => match esclusi.iter_mut().find(|e| e.what == what) {
                    Some(escluso) => escluso.importo = escluso.importo.plus(importo)?,
                    None => esclusi.push(Escluso { what, importo }),
                },
                Goes::Voce(tipo_spesa, flag_tipo_spesa) => {
                    let wrong = if cents < 0 {
                        Some(&row::IMPORTO_NOT_POSITIVE)
                    } else if !VoceSpesa::IMPORTO_CENTS.contains(&cents) {
                        Some(&row::IMPORTO_RANGE)
                    } else {
                        None
                    };
                    if let Some(wrong) = wrong {
                        within = false;
                        let at = At("dettaglioLinee", group.line);
                        self.found.add(wrong, at.field("prezzoTotale"));
                    }
                    voci.push(VoceSpesa {
                        tipo_spesa,
                        flag_tipo_spesa,
                        importo,
                        iva: Some(group.iva),
                    });
                }
            }
        }
        // Without any item NO_HEALTH_EXPENSE has said it all.
        let any_item = groups.0.iter().any(|g| matches!(g.goes, Goes::Voce(..)));
        if any_item && !esclusi.is_empty() {
            self.found.add(&row::EXCLUDED, "");
        }
        if any_item && voci.is_empty() {
            self.found.add(&row::ZERO_TOTAL, "/dettaglioLinee");
        }
        within.then_some(Amounts {
            totale,
            voci,
            esclusi,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_sum_to_the_amount_and_stay_within_a_cent_of_proportion(
            amount in -1_000_000i64..1_000_000,
            weights in proptest::collection::vec(0i64..1_000_000, 1..20),
        ) {
            let mut shares = vec![0; weights.len()];
            share(amount, weights.iter().copied().zip(&mut shares).collect());
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
            let total: i64 = weights.iter().sum();
            if total > 0 {
                for (weight, share) in weights.iter().zip(&shares) {
                    let exact = amount as f64 * *weight as f64 / total as f64;
                    prop_assert!((*share as f64 - exact).abs() < 1.001);
                }
            }
        }

        #[test]
        fn shares_of_discounts_sum_too(
            amount in -1_000_000i64..1_000_000,
            weights in proptest::collection::vec(-1_000_000i64..1_000_000, 1..20),
        ) {
            let mut shares = vec![0; weights.len()];
            share(amount, weights.iter().copied().zip(&mut shares).collect());
            prop_assert_eq!(shares.iter().sum::<i64>(), amount);
        }
    }

    #[test]
    fn vat_is_rounded_half_away_from_zero() {
        assert_eq!(rounded(5, 10), 1);
        assert_eq!(rounded(-5, 10), -1);
        assert_eq!(rounded(4, 10), 0);
        assert_eq!(rounded(14, 10), 1);
    }
}
