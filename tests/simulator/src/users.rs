//! Who may call: users of Sistema TS, delegates, Entratel intermediaries, bodies.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of sender a user is (RULES section 1, PROTOCOL section 1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the official categories")]
pub enum Categoria {
    Psicologo,
    Infermiere,
    Ostetrica,
    Radiologo,
    AltriProfessionisti,
    Medico,
    Odontoiatra,
    Veterinario,
    Ottico,
    Farmacia,
    Parafarmacia,
    StrutturaAccreditata,
    StrutturaAutorizzata,
    VenditaDettaglioVeterinari,
    /// An association of category: sends for those who name it in `delegato`.
    Associazione,
    /// A commercialista: Entratel credentials, `/entrate` only.
    IntermediarioEntratel,
    /// A region or body: `/enti` only.
    Ente,
}

impl Categoria {
    /// The expense types of the table in PROTOCOL section 7.1 joined with those of the kit.
    pub fn tipi_spesa(self) -> &'static [&'static str] {
        match self {
            Categoria::AltriProfessionisti => &["SP"],
            Categoria::Psicologo
            | Categoria::Infermiere
            | Categoria::Ostetrica
            | Categoria::Radiologo => &["SP", "AA"],
            Categoria::Medico | Categoria::Odontoiatra => &["TK", "SR", "IC", "AA"],
            Categoria::Veterinario => &["FV", "SV", "AA"],
            Categoria::Ottico => &["AD", "AA"],
            Categoria::Farmacia => &["TK", "FC", "FV", "AD", "AS", "PI", "AA"],
            Categoria::Parafarmacia => &["FC", "FV", "AD", "AS", "PI", "AA"],
            Categoria::StrutturaAccreditata => &["TK", "FC", "SR", "CT", "PI", "IC", "AA"],
            Categoria::StrutturaAutorizzata => &["FV", "SR", "CT", "PI", "IC", "AA"],
            Categoria::VenditaDettaglioVeterinari => &["FV", "AA"],
            Categoria::Associazione | Categoria::IntermediarioEntratel | Categoria::Ente => &[],
        }
    }

    /// The professions that are refused everything else (PROTOCOL section 5.5, rule 8): the only
    /// rows of the table that were seen enforced.
    pub(crate) fn is_sp_profession(self) -> bool {
        matches!(
            self,
            Categoria::Psicologo
                | Categoria::Infermiere
                | Categoria::Ostetrica
                | Categoria::Radiologo
                | Categoria::AltriProfessionisti
        )
    }

    pub(crate) fn is_delegate(self) -> bool {
        matches!(self, Categoria::Associazione | Categoria::IntermediarioEntratel)
    }
}

/// Whether a user can log in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stato {
    /// Yes.
    #[default]
    Attivo,
    /// The password has expired and must be changed on the portal.
    PasswordScaduta,
    /// Too many wrong passwords.
    Bloccato,
    /// Disabled, or somebody who exists only as a delegator.
    Disabilitato,
}

/// One user, as setup files and the control interface write it.
///
/// `Debug` shows only the category: user names of professionals are tax codes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// The name in the Basic header.
    pub user: String,
    /// The password in the Basic header.
    pub password: String,
    /// Ten digits; for Entratel the eight characters that travel in clear.
    pub pincode: String,
    /// What kind of sender.
    pub categoria: Categoria,
    /// The tax code in cfProprietario; empty for delegates.
    #[serde(default)]
    pub cf_proprietario: String,
    /// The P.IVA of the documents, for hosts that want to know; not checked.
    #[serde(default)]
    pub p_iva: String,
    /// Structures, pharmacies, shops: three characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codice_regione: Option<String>,
    /// See `codice_regione`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codice_asl: Option<String>,
    /// Five characters for pharmacies, six for structures.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "codiceSSA")]
    pub codice_ssa: Option<String>,
    /// Whether the user can log in.
    #[serde(default)]
    pub stato: Stato,
    /// The `user` of the delegate who sends in this one's place (codes 105 and 106).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegato: Option<String>,
    /// Entratel: `codicefiscale-sede`, expected in opzionale1 (code 114).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sede: Option<String>,
    /// The pincode is no longer active (code 005).
    #[serde(default)]
    pub pincode_revocato: bool,
    /// Entratel: authenticated but not active (code 111).
    #[serde(default)]
    pub entrate_non_attivo: bool,
    /// Entratel: not authorised (code 112).
    #[serde(default)]
    pub entrate_non_autorizzato: bool,
    /// Bodies: SHA-256 of the client certificate, lower-case hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificato_sha256: Option<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "User({:?}, ..)", self.categoria)
    }
}

impl User {
    /// The three codes, when the user has them all.
    pub(crate) fn codici(&self) -> Option<[&str; 3]> {
        let (regione, asl, ssa) = (
            self.codice_regione.as_deref(),
            self.codice_asl.as_deref(),
            self.codice_ssa.as_deref(),
        );
        Some([regione?, asl?, ssa?])
    }

    /// The invented users of the default setup, from `data/users.json`.
    pub fn invented() -> Vec<User> {
        // A test proves that the committed file parses.
        serde_json::from_str(include_str!("../data/users.json"))
            .expect("the committed table of users is valid")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codice_fiscale::formally_right;

    #[test]
    fn invented_users_are_formally_valid_and_consistent() {
        let users = User::invented();
        for user in &users {
            if !user.cf_proprietario.is_empty() {
                assert!(formally_right(&user.cf_proprietario), "{}", user.user);
                assert!(formally_right(&user.p_iva), "{}", user.user);
            }
            let professional = user.user == user.cf_proprietario;
            assert!(professional || user.codici().is_some() || user.cf_proprietario.is_empty());
            if let Some(delegate) = &user.delegato {
                assert!(users.iter().any(|u| u.user == *delegate && u.categoria.is_delegate()));
            }
        }
    }
}
