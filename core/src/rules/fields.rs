//! Fields that both forms of a document have, read one by one.

use std::borrow::Cow;

use super::reason::{Findings, row};
use super::{Context, Scadenza, YearState, admission, categories::Admission};
use crate::domain::invoice::RiferimentoDocumento;
use crate::domain::{
    Aliquota, CodiceFiscale, CodiceFiscaleError, CodiceFiscaleKind, Data, DataError, Dispositivo,
    FlagOpposizione, FlagTipoSpesa, IdSpesa, Importo, ImportoError, Iva, Natura, NumDocumento,
    PartitaIva, PartitaIvaError, Strictness, TipoDocumento, TipoSpesa,
};
use crate::secret::Secret;

/// The most lines, items, contributions or payments of one document.
pub(super) const MAX_LINES: usize = 1000;

/// First days of issue and payment (WS asincrono v2.5).
const FIRST_ISSUE: Data = match Data::new(2014, 1, 1) {
    Ok(day) => day,
    Err(_) => panic!("a day of the calendar"),
};
const FIRST_PAYMENT: Data = match Data::new(2015, 1, 1) {
    Ok(day) => day,
    Err(_) => panic!("a day of the calendar"),
};

/// An absent field and an empty one are the same to a form.
pub(super) fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|t| !t.trim().is_empty())
}

/// The place of an element of a list; its paths are built only when there is something to say.
#[derive(Clone, Copy)]
pub(super) struct At(pub(super) &'static str, pub(super) usize);

impl At {
    pub(super) fn field(self, name: &str) -> Cow<'static, str> {
        Cow::Owned(format!("/{}/{}/{name}", self.0, self.1))
    }
}

/// The paths of a key, which may be the document's own or that of the original it refers to.
pub(super) struct KeyPaths {
    p_iva: &'static str,
    pub(super) data_emissione: &'static str,
    dispositivo: &'static str,
    pub(super) num_documento: &'static str,
}

macro_rules! key_paths {
    ($base:literal) => {
        KeyPaths {
            p_iva: concat!($base, "/pIva"),
            data_emissione: concat!($base, "/dataEmissione"),
            dispositivo: concat!($base, "/dispositivo"),
            num_documento: concat!($base, "/numDocumento"),
        }
    };
}

pub(super) const OWN_KEY: KeyPaths = key_paths!("");
pub(super) const FATTURA_COLLEGATA: KeyPaths = key_paths!("/fatturaCollegata");
pub(super) const ID_RIMBORSO: KeyPaths = key_paths!("/idRimborso");

/// The raw fields of a key.
pub(super) struct RawKey<'a> {
    pub(super) p_iva: &'a Option<String>,
    pub(super) data_emissione: &'a Option<String>,
    pub(super) dispositivo: Option<i64>,
    pub(super) num_documento: &'a Option<String>,
}

impl<'a> RawKey<'a> {
    pub(super) fn of(reference: &'a RiferimentoDocumento) -> Self {
        RawKey {
            p_iva: &reference.p_iva,
            data_emissione: &reference.data_emissione,
            dispositivo: reference.dispositivo,
            num_documento: &reference.num_documento,
        }
    }
}

/// Reads fields and notes what is wrong with them.
pub(super) struct Reader<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) found: Findings,
}

impl<'a> Reader<'a> {
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Reader { context, found: Findings::new() }
    }

    pub(super) fn id(&mut self, id: &str) {
        if !(1..=64).contains(&id.chars().take(65).count()) || id.chars().any(char::is_control) {
            self.found.add(&row::ID_WRONG, "/id");
        }
    }

    /// The key, when every part of it can be read, and the date of issue in any case.
    pub(super) fn key(
        &mut self,
        raw: &RawKey<'_>,
        default: &PartitaIva,
        paths: &KeyPaths,
    ) -> (Option<IdSpesa>, Option<Data>) {
        let p_iva = match given(raw.p_iva) {
            None => Some(default.clone()),
            Some(text) => self.p_iva(text, paths.p_iva),
        };
        let data_emissione = self.data_emissione(raw.data_emissione, paths.data_emissione);
        let dispositivo = match raw.dispositivo {
            None => Some(Dispositivo::INVOICE),
            Some(n) => u16::try_from(n).ok().and_then(|n| Dispositivo::new(n).ok()),
        };
        if dispositivo.is_none() {
            self.found.add(&row::DISPOSITIVO_RANGE, paths.dispositivo);
        }
        let num_documento = self.num_documento(raw.num_documento, paths.num_documento);
        let key = match (p_iva, data_emissione, dispositivo, num_documento) {
            (Some(p_iva), Some(data_emissione), Some(dispositivo), Some(num_documento)) => {
                Some(IdSpesa { p_iva, data_emissione, dispositivo, num_documento })
            }
            _ => None,
        };
        (key, data_emissione)
    }

    fn p_iva(&mut self, text: &str, path: &'static str) -> Option<PartitaIva> {
        let strictness = self.context.profile.strictness;
        match PartitaIva::parse(text, strictness) {
            Ok(p_iva) => {
                if strictness == Strictness::Full && !p_iva.has_known_office() {
                    self.found.add(&row::PIVA_OFFICE, path);
                }
                Some(p_iva)
            }
            Err(PartitaIvaError::Format) => {
                self.found.add(&row::PIVA_FORMAT, path);
                None
            }
            Err(PartitaIvaError::CheckDigit) => {
                self.found.add(&row::PIVA_CHECK, path);
                None
            }
        }
    }

    fn num_documento(&mut self, raw: &Option<String>, path: &'static str) -> Option<NumDocumento> {
        let Some(text) = given(raw) else {
            self.found.add(&row::NUM_DOCUMENTO_MISSING, path);
            return None;
        };
        let number = NumDocumento::parse(text).ok();
        if number.is_none() {
            if text.chars().count() > 20 {
                self.found.add(&row::NUM_DOCUMENTO_LENGTH, path);
            }
            // Of any single character the type itself says whether it is allowed.
            let mut buffer = [0; 4];
            if text.chars().any(|c| NumDocumento::parse(c.encode_utf8(&mut buffer)).is_err()) {
                self.found.add(&row::NUM_DOCUMENTO_CHARACTER, path);
            }
        }
        number
    }

    fn date(&mut self, text: &str, path: impl FnOnce() -> Cow<'static, str>) -> Option<Data> {
        match Data::parse(text) {
            Ok(day) => Some(day),
            Err(DataError::Format) => {
                self.found.add(&row::DATA_FORMAT, path());
                None
            }
            Err(DataError::NoSuchDay) => {
                self.found.add(&row::DATA_NO_SUCH_DAY, path());
                None
            }
        }
    }

    fn data_emissione(&mut self, raw: &Option<String>, path: &'static str) -> Option<Data> {
        let Some(text) = given(raw) else {
            self.found.add(&row::DATA_EMISSIONE_MISSING, path);
            return None;
        };
        let day = self.date(text, || path.into())?;
        if day < FIRST_ISSUE {
            self.found.add(&row::DATA_EMISSIONE_TOO_EARLY, path);
            return None;
        }
        if day > self.context.today {
            self.found.add_until(&row::DATA_EMISSIONE_FUTURE, path, day);
        }
        Some(day)
    }

    /// A date of payment; one in the future is read and noted.
    pub(super) fn data_pagamento(
        &mut self,
        raw: &Option<String>,
        path: impl Fn() -> Cow<'static, str>,
    ) -> Option<Data> {
        let Some(text) = given(raw) else {
            self.found.add(&row::DATA_PAGAMENTO_MISSING, path());
            return None;
        };
        let day = self.date(text, &path)?;
        if day < FIRST_PAYMENT {
            self.found.add(&row::DATA_PAGAMENTO_TOO_EARLY, path());
            return None;
        }
        if day > self.context.today {
            self.found.add_until(&row::PAYMENT_IN_FUTURE, path(), day);
        }
        Some(day)
    }

    /// Deadline and state of the year of a payment.
    pub(super) fn scadenza(
        &mut self,
        data_pagamento: Data,
        path: impl FnOnce() -> Cow<'static, str>,
    ) -> Option<Scadenza> {
        let Context { profile, calendar, today, .. } = self.context;
        let scadenza = calendar.scadenza(data_pagamento, profile.categoria, *today)?;
        match scadenza.stato {
            YearState::Open => {}
            YearState::NotYetOpen => {
                let begin = Data::new(scadenza.anno, 1, 1).unwrap_or(data_pagamento);
                self.found.add_until(&row::TAX_YEAR_NOT_OPEN, path(), begin);
            }
            YearState::Corrections | YearState::Late => {
                self.found.add(&row::DEADLINE_PASSED, path());
            }
            YearState::Closed => self.found.add(&row::TAX_YEAR_CLOSED, path()),
        }
        Some(scadenza)
    }

    pub(super) fn flag_opposizione(
        &mut self,
        raw: &Option<String>,
        path: &'static str,
    ) -> Option<FlagOpposizione> {
        let Some(text) = given(raw) else {
            return Some(FlagOpposizione::Assente);
        };
        let flag = FlagOpposizione::parse(text).ok();
        if flag.is_none() {
            self.found.add(&row::FLAG_OPPOSIZIONE_WRONG, path);
        }
        flag
    }

    pub(super) fn cf_cittadino(
        &mut self,
        cf: Option<&Secret>,
        path: &'static str,
    ) -> Option<CodiceFiscale> {
        let Some(text) = cf.map(Secret::expose).filter(|t| !t.trim().is_empty()) else {
            self.found.add(&row::NO_CF, path);
            return None;
        };
        let profile = self.context.profile;
        match CodiceFiscale::parse(text, profile.strictness) {
            Ok(cf) => {
                if cf.kind() != CodiceFiscaleKind::Person {
                    self.found.add(&row::CF_PROVISIONAL, path);
                }
                if profile.proprietario.cf_proprietario() == Some(&cf) {
                    self.found.add(&row::CF_IS_OWNERS, path);
                }
                Some(cf)
            }
            Err(error) => {
                let row = match error {
                    CodiceFiscaleError::Format => &row::CF_FORMAT,
                    CodiceFiscaleError::CheckCharacter => &row::CF_CHECK,
                    CodiceFiscaleError::Date => &row::CF_DATE,
                    CodiceFiscaleError::StpEni => &row::CF_STP_ENI,
                };
                self.found.add(row, path);
                None
            }
        }
    }

    pub(super) fn importo(
        &mut self,
        raw: &Option<String>,
        path: impl FnOnce() -> Cow<'static, str>,
    ) -> Option<Importo> {
        let Some(text) = given(raw) else {
            self.found.add(&row::IMPORTO_MISSING, path());
            return None;
        };
        match Importo::parse(text) {
            Ok(importo) => Some(importo),
            Err(ImportoError::Format) => {
                self.found.add(&row::IMPORTO_FORMAT, path());
                None
            }
            Err(ImportoError::TooLarge) => {
                self.found.add(&row::IMPORTO_RANGE, path());
                None
            }
        }
    }

    /// Rate or nature; `Some(None)` when both are absent, which the caller may have an answer to.
    pub(super) fn iva(
        &mut self,
        aliquota: &Option<String>,
        natura: &Option<String>,
        tipo: Option<TipoDocumento>,
        at: At,
    ) -> Option<Option<Iva>> {
        match (given(aliquota), given(natura)) {
            (None, None) => Some(None),
            (Some(_), Some(_)) => {
                self.found.add(&row::IVA_BOTH, at.field("naturaIVA"));
                None
            }
            (Some(text), None) => {
                let Ok(aliquota) = Aliquota::parse(text) else {
                    self.found.add(&row::ALIQUOTA_FORMAT, at.field("aliquotaIVA"));
                    return None;
                };
                if aliquota.hundredths() == 0 {
                    self.found.add(&row::ALIQUOTA_ZERO, at.field("aliquotaIVA"));
                }
                Some(Some(Iva::Aliquota(aliquota)))
            }
            (None, Some(text)) => {
                let Ok(natura) = Natura::parse(text) else {
                    self.found.add(&row::NATURA_WRONG, at.field("naturaIVA"));
                    return None;
                };
                let on_receipt = natura.as_str().len() == 2 && natura != Natura::N7;
                if tipo == Some(TipoDocumento::DocumentoCommerciale) && !on_receipt {
                    self.found.add(&row::NATURA_NOT_ON_RECEIPT, at.field("naturaIVA"));
                    return None;
                }
                Some(Some(Iva::Natura(natura)))
            }
        }
    }

    /// Notes a nature that health expenses seldom have.
    pub(super) fn check_natura(
        &mut self,
        iva: Option<Iva>,
        tipo_spesa: Option<TipoSpesa>,
        tipo: Option<TipoDocumento>,
        at: At,
    ) {
        let Some(Iva::Natura(natura)) = iva else {
            return;
        };
        let usual = match tipo {
            Some(TipoDocumento::DocumentoCommerciale) => matches!(natura, Natura::N4 | Natura::N2),
            _ => matches!(natura, Natura::N4 | Natura::N2_2),
        };
        if !usual && tipo_spesa.is_some_and(|t| t != TipoSpesa::Aa) {
            self.found.add(&row::NATURA_UNUSUAL, at.field("naturaIVA"));
        }
    }

    /// A kind of expense that is written, with its admission. `seen` remembers of which kinds the
    /// doubt has been noted, one bit each, so that it is noted once.
    pub(super) fn tipo_spesa(&mut self, text: &str, at: At, seen: &mut u16) -> Option<TipoSpesa> {
        let Ok(tipo) = TipoSpesa::parse(text) else {
            self.found.add(&row::TIPO_SPESA_WRONG, at.field("tipoSpesa"));
            return None;
        };
        self.admitted(tipo, at, seen).then_some(tipo)
    }

    /// Whether the category may send this kind of expense; a doubt is noted once and lets it pass.
    pub(super) fn admitted(&mut self, tipo: TipoSpesa, at: At, seen: &mut u16) -> bool {
        match admission(self.context.profile.categoria, tipo) {
            Admission::Admitted => true,
            Admission::Uncertain => {
                let bit = 1 << tipo as u16;
                if *seen & bit == 0 {
                    *seen |= bit;
                    self.found.add(&row::TIPO_SPESA_UNCERTAIN, at.field("tipoSpesa"));
                }
                true
            }
            Admission::Refused => {
                self.found.add(&row::TIPO_SPESA_NOT_ADMITTED, at.field("tipoSpesa"));
                false
            }
        }
    }

    /// The mark of an item; `Some(None)` when there is none, `None` when it is wrong.
    pub(super) fn flag_tipo_spesa(
        &mut self,
        raw: &Option<String>,
        tipo: Option<TipoSpesa>,
        at: At,
    ) -> Option<Option<FlagTipoSpesa>> {
        let Some(text) = given(raw) else {
            return Some(None);
        };
        let Ok(flag) = FlagTipoSpesa::parse(text) else {
            self.found.add(&row::FLAG_TIPO_SPESA_WRONG, at.field("flagTipoSpesa"));
            return None;
        };
        let goes_with = match flag {
            FlagTipoSpesa::ProntoSoccorso => TipoSpesa::Tk,
            FlagTipoSpesa::Intramoenia => TipoSpesa::Sr,
        };
        if tipo.is_some_and(|tipo| tipo != goes_with) {
            self.found.add(&row::FLAG_TIPO_SPESA_MISMATCH, at.field("flagTipoSpesa"));
            return None;
        }
        Some(Some(flag))
    }

    /// The original of a refund, which must be another and not a later document.
    pub(super) fn original(
        &mut self,
        reference: &RiferimentoDocumento,
        own: Option<&IdSpesa>,
        paths: &KeyPaths,
    ) -> Option<IdSpesa> {
        let default = own.map_or(&self.context.profile.p_iva, |own| &own.p_iva);
        let (original, data_emissione) = self.key(&RawKey::of(reference), default, paths);
        if original.is_some() && original.as_ref() == own {
            self.found.add(&row::REFUND_OF_ITSELF, paths.num_documento);
        }
        let before = |own: &IdSpesa| data_emissione.is_some_and(|day| day > own.data_emissione);
        if own.is_some_and(before) {
            self.found.add(&row::REFUND_BEFORE_ORIGINAL, paths.data_emissione);
        }
        original
    }

    /// Whether a document is longer than any real one; it is then not looked into.
    pub(super) fn too_long(&mut self, lists: &[(usize, &'static str)]) -> bool {
        let too_long = lists.iter().find(|(len, _)| *len > MAX_LINES);
        if let Some((_, path)) = too_long {
            self.found.add(&row::TOO_MANY_LINES, *path);
        }
        too_long.is_some()
    }
}
