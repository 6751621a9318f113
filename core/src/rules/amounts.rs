//! From lines, VAT, contributions and stamp duty to items, so that everything adds up.
//!
//! Lines are gathered by where they go (kind of expense and mark, or an exclusion) and by VAT. VAT
//! is rounded once per rate over the whole document, as the invoice itself does, and shared out
//! among the gathered lines by largest remainder. So the items and the exclusions sum to the total
//! of the document, to the cent, whatever the policy (RULES section 7).

use super::fields::{At, Reader, given};
use super::groups::{Goes, Group, Groups};
use super::reason::row;
use super::{Escluso, Exclusion, NonHealth, Share, categories::only_health_expense};
use crate::domain::invoice::{DatiCassaPrevidenziale, DettaglioLinea, Invoice};
use crate::domain::{Aliquota, Importo, Iva, Natura, TipoDocumento, TipoSpesa, VoceSpesa};

/// What the amounts of an invoice come to.
#[derive(Debug)]
pub(super) struct Amounts {
    pub(super) totale: Importo,
    pub(super) voci: Vec<VoceSpesa>,
    pub(super) esclusi: Vec<Escluso>,
}

/// Stamp duty is due above this many cents without VAT (DPR 642/1972, tariff, article 13).
const BOLLO_THRESHOLD: i64 = 7_747;

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
        let lines = invoice.dettaglio_linee.iter().map(|l| &l.aliquota_iva);
        let contributions = invoice.dati_cassa_previdenziale.iter().map(|c| &c.aliquota_iva);
        let tolerance = if groups.0.iter().any(|g| taxed(&g.iva)) {
            lines.chain(contributions).filter(|a| given(a).is_some()).count() as i64
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
                self.found.add(&row::TOTAL_MISMATCH, "/importoTotaleDocumento");
                return None;
            }
            if difference != 0 {
                self.found.add(&row::TOTAL_ROUNDED, "/importoTotaleDocumento");
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
            let iva = self.invoice_iva(&line.aliquota_iva, &line.natura_iva, tipo, at);
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
                        self.found.add(&row::NON_HEALTH_AS_AA, at.field("sanitaria"));
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

    /// FatturaPA, whose words an invoice has, writes a rate of zero beside every nature.
    fn invoice_iva(
        &mut self,
        aliquota: &Option<String>,
        natura: &Option<String>,
        tipo: Option<TipoDocumento>,
        at: At,
    ) -> Option<Option<Iva>> {
        let rate = given(aliquota).and_then(|text| Aliquota::parse(text).ok());
        if given(natura).is_some() && rate.is_some_and(|rate| rate.hundredths() == 0) {
            return self.iva(&None, natura, tipo, at);
        }
        self.iva(aliquota, natura, tipo, at)
    }

    fn default_tipo_spesa(&mut self, at: At, noted: bool) -> Option<TipoSpesa> {
        let Some(tipo) = self
            .context
            .policy
            .tipo_spesa
            .or_else(|| only_health_expense(self.context.profile.categoria))
        else {
            self.found.add(&row::TIPO_SPESA_MISSING, at.field("tipoSpesa"));
            return None;
        };
        if !noted {
            self.found.add(&row::TIPO_SPESA_DEFAULTED, at.field("tipoSpesa"));
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
        let iva = self.invoice_iva(&cassa.aliquota_iva, &cassa.natura_iva, tipo, at);
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
                groups.add(Goes::Out(Exclusion::CassaPrevidenziale), iva, net.cents(), 0);
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
        within.then_some(Amounts { totale, voci, esclusi })
    }
}
