//! Credentials: from the environment, from a private file, or typed in; never from an argument.

use std::io::{IsTerminal, Write};
use std::path::Path;

use serde::Deserialize;
use sts_core::domain::Accesso;
use sts_core::rules::{password_advice, pincode_advice, username_advice};
use sts_core::secret::Secret;
use sts_core::wire::Credentials;
use zeroize::Zeroizing;

use crate::args::Login;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::ui::Ui;

const VARIABLES: [&str; 3] = ["STS_USERNAME", "STS_PASSWORD", "STS_PINCODE"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(alias = "user")]
    username: Secret,
    password: Secret,
    pincode: Secret,
}

/// The credentials; what neither file nor environment gives is asked for on a terminal.
pub(crate) fn read(ui: &Ui, login: &Login) -> Result<Credentials, Failure> {
    if let Some(path) = &login.credentials {
        return from_file(path);
    }
    let [username, password, pincode] = VARIABLES.map(variable);
    let questions = [
        (username, ("Utente", "User"), true),
        (password, ("Password", "Password"), false),
        (pincode, ("Pincode", "Pincode"), false),
    ];
    let mut given = Vec::with_capacity(3);
    for ((value, question, visible), name) in questions.into_iter().zip(VARIABLES) {
        given.push(match value {
            Some(value) => value,
            None => ask(ui, name, question, visible)?,
        });
    }
    let [username, password, pincode] = given.try_into().expect("three were asked for");
    checked(username, password, pincode)
}

/// The credentials of a file or of the environment; `None` when there are none.
pub(crate) fn unasked(file: Option<&Path>) -> Result<Option<Credentials>, Failure> {
    if let Some(path) = file {
        return from_file(path).map(Some);
    }
    match VARIABLES.map(variable) {
        [Some(username), Some(password), Some(pincode)] => {
            checked(username, password, pincode).map(Some)
        }
        _ => Ok(None),
    }
}

/// Remarks, on standard error, on what may stand in the way of these credentials.
pub(crate) fn advise(ui: &Ui, credentials: &Credentials, accesso: &Accesso) {
    let hints = [
        username_advice(credentials.username()),
        password_advice(credentials.password()),
        pincode_advice(credentials.pincode(), accesso),
    ];
    for hint in hints.iter().flatten() {
        let field = match &*hint.path {
            "/username" => ui.lang.pick("utente", "user name"),
            field => field.trim_start_matches('/'),
        };
        eprintln!("sts: {field}: {} ({})", ui.lang.pick(hint.it, hint.en), hint.code);
    }
}

fn checked(username: Secret, password: Secret, pincode: Secret) -> Result<Credentials, Failure> {
    Credentials::new(username, password, pincode)
        .map_err(|error| Failure::developer(Exit::Unusable, error))
}

fn variable(name: &str) -> Option<Secret> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::new)
}

fn from_file(path: &Path) -> Result<Credentials, Failure> {
    refuse_readable_by_others(path)?;
    let bytes = Zeroizing::new(input::bytes(path, 1 << 16)?);
    // The texts of serde could quote what was found: only the place is told.
    let file: File = serde_json::from_slice(&bytes).map_err(|error| {
        let (path, line) = (path.display(), error.line());
        Failure::new(
            Exit::Unusable,
            format!("{path}: alla riga {line} non è JSON con username, password e pincode"),
            format!("{path}: at line {line} not JSON with username, password and pincode"),
        )
    })?;
    checked(file.username, file.password, file.pincode)
}

#[cfg(unix)]
pub(crate) fn refuse_readable_by_others(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(());
    };
    if metadata.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(
        Exit::Unusable,
        format!("{path} è leggibile da altri utenti: esegui chmod 600 e riprova"),
        format!("{path} can be read by other users: run chmod 600 and try again"),
    ))
}

#[cfg(not(unix))]
pub(crate) fn refuse_readable_by_others(_: &Path) -> Result<(), Failure> {
    Ok(())
}

fn ask(ui: &Ui, name: &str, (it, en): (&str, &str), visible: bool) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            Exit::Unusable,
            format!("mancano le credenziali: usa --credentials FILE o la variabile {name}"),
            format!("credentials are missing: use --credentials FILE or the variable {name}"),
        ));
    }
    let failed = |error: std::io::Error| Failure::developer(Exit::Unusable, error);
    let question = format!("{}: ", ui.lang.pick(it, en));
    if !visible {
        return rpassword::prompt_password(question).map(Secret::new).map_err(failed);
    }
    eprint!("{question}");
    let _ = std::io::stderr().flush();
    let mut line = Zeroizing::new(String::new());
    std::io::stdin().read_line(&mut line).map_err(failed)?;
    Ok(Secret::new(line.trim_end_matches(['\r', '\n'])))
}
