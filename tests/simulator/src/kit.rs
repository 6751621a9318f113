//! The official developer kit, read where it lies: its public test users, and the meaning of the
//! ciphertexts printed in its samples, whose private key nobody outside the ministry has.
//!
//! Nothing of the kit is copied into the project. This is the only part of the library that
//! reads files.

use crate::archive;
use crate::setup::{FormalCheck, Setup};
use crate::soap;
use crate::users::{Categoria, Stato, User};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a kit could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum KitError {
    /// A file or folder of the kit is missing or cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The table of test users has a line that is not understood.
    #[error("{}: line {line} is not a test user", path.display())]
    User {
        /// The table.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

fn read(path: &Path) -> Result<Vec<u8>, KitError> {
    fs::read(path).map_err(|source| KitError::Read { path: path.to_owned(), source })
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, KitError> {
    let wrong = |source| KitError::Read { path: folder.to_owned(), source };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|e| e == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Adds the kit's users and ciphertexts to a setup, and makes it lenient about check characters,
/// which the kit's people do not satisfy.
pub fn add(setup: &mut Setup, folder: &Path) -> Result<(), KitError> {
    let table = folder.join("samples/test_credentials.csv");
    let text = String::from_utf8_lossy(&read(&table)?).into_owned();
    let mut by_subject: BTreeMap<String, User> = BTreeMap::new();
    for (i, line) in text.lines().enumerate().skip(1).filter(|(_, l)| !l.trim().is_empty()) {
        let wrong = || KitError::User { path: table.clone(), line: i + 1 };
        let (subject, user) = user(line).ok_or_else(wrong)?;
        by_subject.entry(subject).or_insert_with(|| user.clone());
        setup.more_users.push(user);
    }
    setup.settings.formal_check = FormalCheck::Lenient;

    let mut delegators = Vec::new();
    for path in files(&folder.join("soapui_requests_20201218"), "xml")? {
        let Some(user) = subject(&path).and_then(|s| by_subject.get(s)) else {
            continue;
        };
        let text = String::from_utf8_lossy(&read(&path)?).into_owned();
        let Some(document) = soap::parse(&text) else {
            continue;
        };
        publish(&mut setup.published, document.root_element(), user);
        if user.categoria.is_delegate() {
            delegators.extend(delegator(document.root_element(), user));
        }
    }
    let attachments = files(&folder.join("soapui_attachments_20201218"), "zip")?;
    for path in attachments {
        let Some(user) = subject(&path).and_then(|s| by_subject.get(s)) else {
            continue;
        };
        let inner = archive::only_file(&read(&path)?);
        let Ok(xml) = inner else { continue };
        let text = String::from_utf8_lossy(&xml).into_owned();
        if let Some(document) = soap::parse(&text) {
            publish(&mut setup.published, document.root_element(), user);
        }
    }
    for user in delegators {
        if !setup.more_users.iter().any(|known| known.user == user.user) {
            setup.more_users.push(user);
        }
    }
    Ok(())
}

/// `730Medico__…` is a sample of the subject `Medico`.
fn subject(path: &Path) -> Option<&str> {
    let name = path.file_name()?.to_str()?.strip_prefix("730")?.split("__").next()?;
    Some(if name == "AssociazioneCategoria" { "DelegatoAssociazioneCategoria" } else { name })
}

/// One line of the table of test users.
fn user(line: &str) -> Option<(String, User)> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let [subject, _, user, password, pincode, cf, p_iva, office, sede] = fields[..] else {
        return None;
    };
    let categoria = match subject {
        "DelegatoAssociazioneCategoria" => Categoria::Associazione,
        "DelegatoFiscale" => Categoria::IntermediarioEntratel,
        "AltriProfessionisti" => Categoria::AltriProfessionisti,
        "Farmacia" => Categoria::Farmacia,
        "Infermiere" => Categoria::Infermiere,
        "Medico" => Categoria::Medico,
        "Ostetrica" => Categoria::Ostetrica,
        "Ottico" => Categoria::Ottico,
        "Parafarmacia" => Categoria::Parafarmacia,
        "Psicologo" => Categoria::Psicologo,
        "Radiologo" => Categoria::Radiologo,
        "StrutturaAccreditata" => Categoria::StrutturaAccreditata,
        "StrutturaAutorizzata" => Categoria::StrutturaAutorizzata,
        "StrutturaAutorizzataVenditaDettaglio" => Categoria::VenditaDettaglioVeterinari,
        "Veterinario" => Categoria::Veterinario,
        _ => return None,
    };
    let mut codici = office.split('-').map(|code| Some(code.to_owned()).filter(|c| !c.is_empty()));
    let user = User {
        user: user.to_owned(),
        password: password.to_owned(),
        pincode: pincode.to_owned(),
        categoria,
        cf_proprietario: cf.to_owned(),
        p_iva: p_iva.to_owned(),
        codice_regione: codici.next().flatten(),
        codice_asl: codici.next().flatten(),
        codice_ssa: codici.next().flatten(),
        stato: Stato::Attivo,
        delegato: None,
        sede: Some(sede.to_owned()).filter(|sede| !sede.is_empty()),
        pincode_revocato: false,
        entrate_non_attivo: false,
        entrate_non_autorizzato: false,
        certificato_sha256: None,
    };
    Some((subject.to_owned(), user))
}

/// Notes what each ciphertext of a sample stands for: the user's pincode, the user's owner, or a
/// citizen of whom only a name of ours is known.
fn publish(published: &mut BTreeMap<String, String>, root: roxmltree::Node<'_, '_>, user: &User) {
    for node in root.descendants().filter(roxmltree::Node::is_element) {
        let name = node.tag_name().name();
        let sealed: String = crate::xsd::text(node).split_ascii_whitespace().collect();
        if sealed.len() < 64 {
            continue;
        }
        let meaning = match name {
            "pincode" | "pinCode" | "pincodeInvianteCifrato" => user.pincode.clone(),
            "cfProprietario" => user.cf_proprietario.clone(),
            "cfCittadino" => format!("CITTADINO-DEL-KIT-{}", &sealed[..8.min(sealed.len())]),
            _ => continue,
        };
        published.entry(sealed).or_insert(meaning);
    }
}

/// The owner a delegate's inviaFileMtom names: somebody who cannot log in and has delegated.
fn delegator(root: roxmltree::Node<'_, '_>, delegate: &User) -> Option<User> {
    let dati = root.descendants().find(|n| n.tag_name().name() == "datiProprietario")?;
    let field = |name| soap::child_text(dati, name);
    let professional = delegate.categoria == Categoria::IntermediarioEntratel;
    Some(User {
        user: format!("delegante di {}", delegate.user),
        password: String::new(),
        pincode: String::new(),
        categoria: if professional { Categoria::Medico } else { Categoria::Farmacia },
        cf_proprietario: field("cfProprietario")?,
        codice_regione: field("codiceRegione"),
        codice_asl: field("codiceAsl"),
        codice_ssa: field("codiceSSA"),
        stato: Stato::Disabilitato,
        delegato: Some(delegate.user.clone()),
        sede: None,
        ..delegate.clone()
    })
}
