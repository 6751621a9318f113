//! Who is calling, with which pincode, for which owner.

use super::{AUTHENTICATION_FAULT, Account, Asked, World};
use crate::http::{HttpRequest, Reaction};
use crate::operation::{Door, Service};
use crate::setup::WrongPassword;
use crate::soap::{self, child, child_text};
use crate::users::{Categoria, Stato, User};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use roxmltree::Node;
use std::collections::BTreeMap;

/// The header in which the server reports the SHA-256 of a client certificate it has verified;
/// it removes the header from what clients send.
pub(crate) const CERTIFICATE_HEADER: &str = "x-simulator-client-certificate-sha256";

/// The credentials of one request, before they are believed.
pub(super) enum Login {
    None,
    /// A verified client certificate of this user.
    Certificate(String),
    Basic {
        user: String,
        password: String,
        door: Door,
    },
}

impl Login {
    pub(super) fn read(
        request: &HttpRequest,
        door: Door,
        accounts: &BTreeMap<String, Account>,
    ) -> Self {
        if door == Door::Enti
            && let Some(digest) = request.header(CERTIFICATE_HEADER)
        {
            let holds = |a: &&Account| a.user.certificato_sha256.as_deref() == Some(digest);
            if let Some(account) = accounts.values().find(holds) {
                return Login::Certificate(account.user.user.clone());
            }
        }
        let basic = || {
            let (scheme, token) = request.header("authorization")?.split_once(' ')?;
            let bytes = BASE64.decode(token.trim()).ok()?;
            // A password in another charset is a wrong password, and counts as one.
            let text = String::from_utf8_lossy(&bytes);
            let (user, password) = text.split_once(':')?;
            scheme.eq_ignore_ascii_case("basic").then(|| Login::Basic {
                user: user.to_owned(),
                password: password.to_owned(),
                door,
            })
        };
        basic().unwrap_or(Login::None)
    }

    pub(super) fn user(&self) -> Option<&str> {
        match self {
            Login::None => None,
            Login::Certificate(user) | Login::Basic { user, .. } => Some(user),
        }
    }
}

/// The families of credentials each door knows (PROTOCOL section 1.3).
fn belongs(categoria: Categoria, door: Door) -> bool {
    match door {
        Door::Own => !matches!(categoria, Categoria::IntermediarioEntratel | Categoria::Ente),
        Door::Enti => categoria == Categoria::Ente,
        Door::Entrate => categoria == Categoria::IntermediarioEntratel,
    }
}

impl World {
    /// Checks the password and counts the wrong ones. A user that is locked, expired, disabled,
    /// unknown or at the wrong door meets the same fault as a wrong password, as observed.
    pub(super) fn admit(&mut self, login: &Login) -> Result<String, Reaction> {
        let fault = || Reaction::Answer(soap::fault(AUTHENTICATION_FAULT));
        let (user, password, door) = match login {
            Login::None => return Err(fault()),
            Login::Certificate(user) => (user, None, Door::Enti),
            Login::Basic { user, password, door } => (user, Some(password), *door),
        };
        let settings = &self.settings;
        let account = self.accounts.get_mut(user).ok_or_else(fault)?;
        if !belongs(account.user.categoria, door) {
            return Err(fault());
        }
        if password.is_some_and(|password| *password != account.user.password) {
            account.wrong_in_a_row += 1;
            account.wrong_in_all += 1;
            if account.wrong_in_a_row >= settings.max_wrong_passwords
                && account.user.stato != Stato::Disabilitato
            {
                account.user.stato = Stato::Bloccato;
            }
            return Err(match settings.wrong_password {
                WrongPassword::Fault => fault(),
                WrongPassword::Hang => Reaction::Hang,
            });
        }
        match account.user.stato {
            Stato::Attivo => {
                account.wrong_in_a_row = 0;
                Ok(user.clone())
            }
            Stato::PasswordScaduta => {
                Err(Reaction::Answer(soap::fault(&settings.expired_password_fault)))
            }
            Stato::Bloccato | Stato::Disabilitato => Err(fault()),
        }
    }

    /// Checks the pincode, whatever its element is called. The error is the code.
    pub(crate) fn check_pincode(
        &self,
        asked: &Asked<'_, '_>,
        node: Node<'_, '_>,
        element: &str,
    ) -> Result<(), &'static str> {
        let Some(account) = self.accounts.get(&asked.caller) else {
            return Err("003");
        };
        let user = &account.user;
        let field = child_text(node, element).unwrap_or_default();
        if asked.door == Door::Entrate {
            return self.check_entratel(user, node, field.trim());
        }
        let pincode = self.cipher.open(&field).ok_or("002")?;
        if user.pincode_revocato {
            return Err("005");
        }
        if pincode != user.pincode {
            return Err("104");
        }
        // By absence: no sync endpoint is listed for delegates (PROTOCOL section 1.3).
        if user.categoria == Categoria::Associazione
            && asked.operation.service() == Service::DocumentoSpesa
        {
            return Err("107");
        }
        Ok(())
    }

    fn check_entratel(
        &self,
        user: &User,
        node: Node<'_, '_>,
        pincode: &str,
    ) -> Result<(), &'static str> {
        if user.entrate_non_attivo {
            return Err("111");
        }
        if user.entrate_non_autorizzato {
            return Err("112");
        }
        if pincode != user.pincode {
            return Err("113");
        }
        let sede = child_text(node, "opzionale1").unwrap_or_default();
        if user.sede.as_deref() != Some(sede.trim()) {
            return Err("114");
        }
        Ok(())
    }

    /// Finds the owner a request speaks for, from its Proprietario. `sealed` says whether
    /// cfProprietario is encrypted here. The error is the code.
    pub(crate) fn owner(
        &self,
        asked: &Asked<'_, '_>,
        node: Option<Node<'_, '_>>,
        sealed: bool,
    ) -> Result<User, &'static str> {
        let Some(account) = self.accounts.get(&asked.caller) else {
            return Err("003");
        };
        let caller = &account.user;
        let given = Given::read(node, |cf| {
            if sealed { self.cipher.open(cf) } else { Some(cf.trim().to_owned()) }
        })?;
        if caller.categoria.is_delegate() {
            if given.cf.is_none() {
                return Err("109");
            }
            let on_behalf = |user: &&User| {
                user.delegato.as_deref() == Some(caller.user.as_str()) && given.matches(user)
            };
            let mut users = self.accounts.values().map(|account| &account.user);
            return users.find(on_behalf).cloned().ok_or("105");
        }
        if caller.delegato.is_some() && asked.operation.sends() {
            return Err("106");
        }
        if let Some(codici) = caller.codici() {
            let right =
                given.codici.as_ref().map(|c| [c[0].as_str(), c[1].as_str(), c[2].as_str()])
                    == Some(codici);
            // The cf may be left out by a region or body only (WS-Asincrono v2.5 page 16).
            if !right || (given.cf.is_none() && caller.categoria != Categoria::Ente) {
                return Err("109");
            }
        }
        match &given.cf {
            Some(cf) if *cf != caller.cf_proprietario => Err(match caller.categoria {
                Categoria::Medico | Categoria::Odontoiatra => "004",
                _ if caller.codici().is_some() => "110",
                _ => "010",
            }),
            _ => Ok(caller.clone()),
        }
    }
}

/// A Proprietario as given.
struct Given {
    codici: Option<[String; 3]>,
    cf: Option<String>,
}

impl Given {
    fn read(
        node: Option<Node<'_, '_>>,
        open: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, &'static str> {
        let Some(node) = node else {
            return Ok(Given { codici: None, cf: None });
        };
        let codici = ["codiceRegione", "codiceAsl", "codiceSSA"].map(|name| child_text(node, name));
        let codici = match codici {
            [Some(regione), Some(asl), Some(ssa)] => Some([regione, asl, ssa]),
            [None, None, None] => None,
            _ => return Err("109"),
        };
        let field = child(node, "cfProprietario").map(crate::xsd::text);
        let cf = match field.filter(|text| !text.trim().is_empty()) {
            Some(text) => Some(open(&text).ok_or("109")?),
            None => None,
        };
        Ok(Given { codici, cf })
    }

    fn matches(&self, user: &User) -> bool {
        let codici = self.codici.as_ref().map(|c| [c[0].as_str(), c[1].as_str(), c[2].as_str()]);
        codici == user.codici() && self.cf.as_deref() == Some(user.cf_proprietario.as_str())
    }
}
