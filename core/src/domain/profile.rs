//! Who sends, as whom, and through which door.

use serde::{Serialize, Serializer};

use super::documento::words;
use super::{
    CodiceAsl, CodiceFiscale, CodiceFiscaleError, CodiceRegione, CodiceSsa, FieldError, PartitaIva,
    PartitaIvaError, Proprietario, Strictness,
};
use crate::json::{Failure, Node, Read};
use crate::secret::Secret;

words! {
    /// `categoria`: the category of the sender, by the chapters of Allegato A of DM 19/10/2020
    /// (RULES section 1).
    Categoria {
        /// 2.1 Pharmacy.
        Farmacia = "farmacia",
        /// 2.2 Structure accredited with the health service (SSN or SASN).
        StrutturaAccreditata = "struttura_accreditata",
        /// 2.3 Physician.
        Medico = "medico",
        /// 2.3 Dentist.
        Odontoiatra = "odontoiatra",
        /// 2.4 Authorised structure, not accredited.
        StrutturaAutorizzata = "struttura_autorizzata",
        /// 2.5 Retail of veterinary medicines.
        VenditaFarmaciVeterinari = "vendita_farmaci_veterinari",
        /// 2.6 Veterinarian.
        Veterinario = "veterinario",
        /// 2.7 Psychologist.
        Psicologo = "psicologo",
        /// 2.8 Nurse.
        Infermiere = "infermiere",
        /// 2.9 Midwife.
        Ostetrica = "ostetrica",
        /// 2.10 Radiographer.
        Radiologo = "radiologo",
        /// 2.11 Parapharmacy.
        Parafarmacia = "parafarmacia",
        /// 2.12 Optician.
        Ottico = "ottico",
        /// 2.13 Structure of the military health service.
        SanitaMilitare = "sanita_militare",
        /// 2.14 Biologist.
        Biologo = "biologo",
        /// 2.15 Professions of DM 13/3/2018 and special lists.
        AltroProfessionista = "altro_professionista",
        /// 2.16 Pharmacy of ANMIG.
        FarmaciaAnmig = "farmacia_anmig",
    }
}

impl Categoria {
    /// Whether the owner is written with region, authority and structure codes.
    pub fn is_struttura(self) -> bool {
        use Categoria::*;
        matches!(
            self,
            Farmacia
                | StrutturaAccreditata
                | StrutturaAutorizzata
                | VenditaFarmaciVeterinari
                | Parafarmacia
                | Ottico
                | SanitaMilitare
                | FarmaciaAnmig
        )
    }
}

/// With which credentials the service is entered (PROTOCOL section 1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accesso {
    /// The sender's own Sistema TS credentials.
    Proprio,
    /// An association of category as delegate, with its own Sistema TS credentials.
    Associazione,
    /// A Region or body with a client certificate, under `/enti`; the file service alone.
    Enti,
    /// An intermediary with Entratel credentials, under `/entrate`: pincode in clear and
    /// `opzionale1`; no sync service.
    Entrate {
        /// `codicefiscale-sede`, such as `07874631000-000`.
        sede: Sede,
    },
}

/// The seat of an Entratel intermediary: tax code, hyphen, three digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Sede(Secret);

impl Sede {
    /// Reads `codicefiscale-sede`.
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        const EXPECTED: FieldError = FieldError("a sede such as \"07874631000-000\"");
        let (code, seat) = text.split_once('-').ok_or(EXPECTED)?;
        CodiceFiscale::parse(code, Strictness::Kit).map_err(|_| EXPECTED)?;
        if seat.len() != 3 || !seat.bytes().all(|b| b.is_ascii_digit()) {
            return Err(EXPECTED);
        }
        Ok(Sede(Secret::new(text)))
    }

    /// The text, for `opzionale1`.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl std::fmt::Debug for Sede {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sede(…)")
    }
}

words! {
    /// The environment of the service. Records of one are never used in the other.
    Ambiente {
        /// The test service, or a simulator.
        Test = "test",
        /// The real one.
        Produzione = "produzione",
    }
}

/// The holder of the data and how the service is entered for it.
///
/// As JSON: `{"categoria": "psicologo", "pIva": "…", "cfProprietario": "…"}`; structures add
/// `codiceRegione`, `codiceAsl`, `codiceSSA`; delegates add `accesso` (`proprio`, `associazione`,
/// `enti`, `entrate`) and, with `entrate`, `sede`; test environments may add
/// `"strictness": "kit"`. It carries a tax code, so it is read and never written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Category of the sender.
    pub categoria: Categoria,
    /// Way in.
    pub accesso: Accesso,
    /// Owner of the documents.
    pub proprietario: Proprietario<CodiceFiscale>,
    /// VAT number of the documents that name none.
    pub p_iva: PartitaIva,
    /// How strictly identifiers are read.
    pub strictness: Strictness,
}

/// Why a profile cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// The field named is wrong.
    #[error("{0}: {1}")]
    Field(&'static str, FieldError),
    /// `cfProprietario` is wrong.
    #[error("cfProprietario: {0}")]
    CfProprietario(CodiceFiscaleError),
    /// `cfProprietario` is missing; only a Region as sender may leave it out.
    #[error("cfProprietario is missing: the tax code of the holder of the credentials")]
    CfProprietarioMissing,
    /// `pIva` is wrong.
    #[error("pIva: {0}")]
    PartitaIva(PartitaIvaError),
    /// The category needs the three codes of a structure, or must not have them.
    #[error(
        "codiceRegione, codiceAsl and codiceSSA go with structures, pharmacies and shops, and only there"
    )]
    StructureCodes,
    /// `accesso` `entrate` needs `sede`, and nothing else has one.
    #[error("sede goes with accesso \"entrate\", and only there")]
    Sede,
}

impl ProfileError {
    /// The field at fault, in the JSON of the profile.
    pub fn field(self) -> &'static str {
        match self {
            ProfileError::Field(field, _) => field,
            ProfileError::CfProprietario(_) | ProfileError::CfProprietarioMissing => {
                "cfProprietario"
            }
            ProfileError::PartitaIva(_) => "pIva",
            ProfileError::StructureCodes => "codiceSSA",
            ProfileError::Sede => "sede",
        }
    }
}

/// The holder of the data and how the service is entered for it.
#[derive(Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Profile"))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProfileInput {
    /// Category of the sender.
    categoria: Categoria,
    /// With which credentials the service is entered; `proprio` when absent.
    #[serde(default)]
    accesso: Option<AccessoInput>,
    /// Of `entrate`, and only there: the intermediary, such as `07874631000-000`.
    sede: Option<String>,
    /// Region code of a structure, pharmacy or shop; professionals have none.
    codice_regione: Option<String>,
    /// Health authority code of a structure, pharmacy or shop.
    codice_asl: Option<String>,
    /// Structure code of a structure, pharmacy or shop.
    #[serde(rename = "codiceSSA")]
    codice_ssa: Option<String>,
    /// Tax code of the holder; only a Region as sender may leave it out.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>", extend("x-secret" = true)))]
    cf_proprietario: Option<Secret>,
    /// VAT number of the documents that name none.
    p_iva: String,
    /// How strictly identifiers are read; `full` when absent.
    #[serde(default)]
    strictness: Strictness,
}

/// With which credentials the service is entered.
#[derive(Read, Clone, Copy)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Accesso"))]
#[serde(rename_all = "snake_case")]
enum AccessoInput {
    /// The sender's own.
    Proprio,
    /// Those of an association of category as delegate.
    Associazione,
    /// Those of a Region or body, with a client certificate; the file service alone.
    Enti,
    /// Entratel credentials of an intermediary; no sync service.
    Entrate,
}

impl TryFrom<ProfileInput> for Profile {
    type Error = ProfileError;

    fn try_from(input: ProfileInput) -> Result<Self, ProfileError> {
        let strictness = input.strictness;
        let cf = input
            .cf_proprietario
            .map(|cf| CodiceFiscale::parse(cf.expose(), strictness))
            .transpose()
            .map_err(ProfileError::CfProprietario)?;
        let codes = (input.codice_regione, input.codice_asl, input.codice_ssa);
        let proprietario = match (input.categoria.is_struttura(), codes) {
            (true, (Some(regione), Some(asl), Some(ssa))) => Proprietario::Struttura {
                codice_regione: CodiceRegione::parse(&regione)
                    .map_err(|e| ProfileError::Field("codiceRegione", e))?,
                codice_asl: CodiceAsl::parse(&asl)
                    .map_err(|e| ProfileError::Field("codiceAsl", e))?,
                codice_ssa: CodiceSsa::parse(&ssa)
                    .map_err(|e| ProfileError::Field("codiceSSA", e))?,
                cf_proprietario: cf,
            },
            (false, (None, None, None)) => Proprietario::Professionista {
                cf_proprietario: cf.ok_or(ProfileError::CfProprietarioMissing)?,
            },
            _ => return Err(ProfileError::StructureCodes),
        };
        let accesso = match (input.accesso.unwrap_or(AccessoInput::Proprio), input.sede) {
            (AccessoInput::Entrate, Some(sede)) => Accesso::Entrate {
                sede: Sede::parse(&sede).map_err(|e| ProfileError::Field("sede", e))?,
            },
            (AccessoInput::Entrate, None) | (_, Some(_)) => return Err(ProfileError::Sede),
            (AccessoInput::Proprio, None) => Accesso::Proprio,
            (AccessoInput::Associazione, None) => Accesso::Associazione,
            (AccessoInput::Enti, None) => Accesso::Enti,
        };
        // Only a Region as sender may leave the owner's tax code out (WS asincrono v2.5, page 17).
        if proprietario.cf_proprietario().is_none() && accesso != Accesso::Enti {
            return Err(ProfileError::CfProprietarioMissing);
        }
        Ok(Profile {
            categoria: input.categoria,
            accesso,
            proprietario,
            p_iva: PartitaIva::parse(&input.p_iva, strictness).map_err(ProfileError::PartitaIva)?,
            strictness,
        })
    }
}

impl<'a> Read<'a> for Profile {
    fn read(node: Node<'a>) -> Result<Self, Failure> {
        Profile::try_from(ProfileInput::read(node)?).map_err(|error| Failure::said(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: &str) -> Result<Profile, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn structures_have_their_codes_and_professionals_have_none() {
        let cf = r#""cfProprietario":"PROVAX00X00X000Y","pIva":"01201200121","strictness":"kit""#;
        let codes = r#""codiceRegione":"604","codiceAsl":"120","codiceSSA":"010011""#;
        assert!(profile(&format!(r#"{{"categoria":"ottico",{codes},{cf}}}"#)).is_ok());
        assert!(profile(&format!(r#"{{"categoria":"ottico",{cf}}}"#)).is_err());
        assert!(profile(&format!(r#"{{"categoria":"medico",{cf}}}"#)).is_ok());
        assert!(profile(&format!(r#"{{"categoria":"medico",{codes},{cf}}}"#)).is_err());
    }

    #[test]
    fn errors_of_a_profile_show_no_tax_code() {
        let error = profile(r#"{"categoria":"medico","cfProprietario":"PROVAX","pIva":"0120"}"#);
        assert!(!error.unwrap_err().contains("PROVAX"));
    }
}
