//! The practices of `fixtures/practices`: who they are, a year of their invoices, and what must
//! become of each.
//!
//! What is expected of a case is stated beside it by hand, from RULES; the rules of the engine are
//! not asked. This module links no rules, so that one mistake cannot be on both sides.

mod farmacia;
mod fattura;
mod intermediari;
mod medici;
mod persone;
mod psicologo;
mod shops;
mod strutture;
mod veterinario;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fattura::{Fattura, Invoice};
use serde::Serialize;
use sts_core::domain::Data;

/// The day on which a practice looks at its year, unless it has its own.
const TODAY: &str = "2026-11-23";

/// The edge cases that must occur somewhere: each is the beginning of a comment.
pub const EDGE_CASES: &[&str] = &[
    "draft",
    "void",
    "unpaid",
    "part paid",
    "instalments in one year",
    "instalments over two years",
    "advance payment",
    "company",
    "no health expense",
    "mixed lines",
    "no tax code",
    "opposition",
    "mixed traced and cash",
    "refund with original",
    "refund without original",
    "closed year",
    "not yet open",
    "wrong check letter",
    "omocodia",
    "provisional code",
    "STP code",
    "number with forbidden characters",
    "number too long",
    "amount too large",
    "citizen unknown to the service",
    "same patient, same day",
    "same number twice",
];

/// One practice.
pub struct Practice {
    name: &'static str,
    description: &'static str,
    profile: Profilo,
    credentials: Credenziali,
    /// Choices other than the official reading.
    policy: Option<serde_json::Value>,
    today: &'static str,
    simulator: Simulator,
    invoices: Vec<Case>,
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Profilo {
    categoria: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    accesso: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sede: Option<String>,
    #[serde(flatten)]
    codici: Option<Codici>,
    cf_proprietario: String,
    p_iva: String,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Codici {
    codice_regione: &'static str,
    codice_asl: &'static str,
    #[serde(rename = "codiceSSA")]
    codice_ssa: &'static str,
}

#[derive(Clone, Serialize)]
struct Credenziali {
    user: String,
    password: String,
    pincode: String,
}

/// What the simulator must know: the shape of its setup file.
#[derive(Serialize)]
struct Simulator {
    settings: Settings,
    more_users: Vec<User>,
}

#[derive(Serialize)]
struct Settings {
    citizens: Citizens,
}

#[derive(Serialize)]
struct Citizens {
    /// Well-formed codes that the registry does not have: W003.
    except: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user: String,
    password: String,
    pincode: String,
    categoria: &'static str,
    #[serde(skip_serializing_if = "String::is_empty")]
    cf_proprietario: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    p_iva: String,
    #[serde(flatten)]
    codici: Option<Codici>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delegato: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sede: Option<String>,
}

#[derive(Serialize)]
struct Case {
    comment: String,
    expect: Expect,
    invoice: Invoice,
}

/// What must become of an invoice.
#[derive(Clone, Serialize)]
struct Expect {
    verdict: &'static str,
    /// Codes of all reasons, sorted.
    reasons: Vec<&'static str>,
    /// What the service answers when the invoices to send arrive in the order of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
}

#[derive(Clone, Serialize)]
struct Outcome {
    result: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    codes: Vec<&'static str>,
}

/// To be sent, and accepted.
fn send() -> Expect {
    Expect {
        outcome: Some(Outcome { result: "accepted", codes: Vec::new() }),
        ..verdict("send", &[])
    }
}

fn wait(reasons: &[&'static str]) -> Expect {
    verdict("wait", reasons)
}

fn out_of_scope(reasons: &[&'static str]) -> Expect {
    verdict("out_of_scope", reasons)
}

fn fix(reasons: &[&'static str]) -> Expect {
    verdict("fix", reasons)
}

fn verdict(verdict: &'static str, reasons: &[&'static str]) -> Expect {
    let mut reasons = reasons.to_vec();
    reasons.sort_unstable();
    Expect { verdict, reasons, outcome: None }
}

impl Expect {
    /// Sent all the same, with these remarks of the rules.
    fn noting(mut self, reasons: &[&'static str]) -> Self {
        self.reasons.extend(reasons);
        self.reasons.sort_unstable();
        self
    }

    /// Refused by the service, for something the rules cannot see in one document.
    fn refused(mut self, code: &'static str) -> Self {
        self.outcome = Some(Outcome { result: "refused", codes: vec![code] });
        self
    }

    /// Stored by the service with a remark.
    fn remarked(mut self, code: &'static str) -> Self {
        self.outcome = Some(Outcome { result: "accepted_with_warnings", codes: vec![code] });
        self
    }
}

/// A practice in the making: numbers the documents.
struct Studio {
    practice: Practice,
    number: fn(u32) -> String,
    issued: u32,
}

impl Studio {
    /// A professional with own credentials: the user name is the tax code.
    fn professionista(
        name: &'static str,
        description: &'static str,
        categoria: &'static str,
        cf: String,
        p_iva: String,
        number: fn(u32) -> String,
    ) -> Self {
        let credentials = credenziali(&cf, name);
        let profile = Profilo {
            categoria,
            accesso: None,
            sede: None,
            codici: None,
            cf_proprietario: cf,
            p_iva,
        };
        let user = user_of(&profile, &credentials, categoria);
        Studio::new(name, description, profile, credentials, vec![user], number)
    }

    /// A structure, pharmacy or shop; the service gave it a user name.
    fn struttura(
        name: &'static str,
        description: &'static str,
        profile: Profilo,
        user: &str,
        category_of_user: &'static str,
        number: fn(u32) -> String,
    ) -> Self {
        let credentials = credenziali(user, name);
        let user = user_of(&profile, &credentials, category_of_user);
        Studio::new(name, description, profile, credentials, vec![user], number)
    }

    fn new(
        name: &'static str,
        description: &'static str,
        profile: Profilo,
        credentials: Credenziali,
        more_users: Vec<User>,
        number: fn(u32) -> String,
    ) -> Self {
        Studio {
            practice: Practice {
                name,
                description,
                profile,
                credentials,
                policy: None,
                today: TODAY,
                simulator: Simulator {
                    settings: Settings { citizens: Citizens { except: Vec::new() } },
                    more_users,
                },
                invoices: Vec::new(),
            },
            number,
            issued: 0,
        }
    }

    /// The next invoice of the year.
    fn fattura(&mut self, data: &str) -> Fattura {
        let (id, number) = self.next();
        Fattura::new(id, number, data)
    }

    /// The host's id and the number of the next document, until [`finish`](Self::finish) sorts
    /// them.
    fn next(&mut self) -> (String, String) {
        self.issued += 1;
        let id = format!("{}-{:03}", self.practice.name, self.issued);
        (id, (self.number)(self.issued))
    }

    /// The practice with its documents by date, numbered in that order but for those whose number
    /// is part of the case.
    fn finish(mut self) -> Practice {
        let cases = &mut self.practice.invoices;
        cases.sort_by(|a, b| a.invoice.data_emissione().cmp(b.invoice.data_emissione()));
        let given_out: BTreeSet<String> = (1..=self.issued).map(self.number).collect();
        let mut renumbered = BTreeMap::new();
        for (i, case) in cases.iter_mut().enumerate() {
            let (id, number) = case.invoice.names();
            *id = format!("{}-{:03}", self.practice.name, i + 1);
            if given_out.contains(number) {
                let next = u32::try_from(renumbered.len() + 1).expect("few");
                let old = std::mem::replace(number, (self.number)(next));
                renumbered.insert(old, number.clone());
            }
        }
        for case in cases {
            if let Some(original) = case.invoice.original()
                && let Some(number) = renumbered.get(&original.num_documento)
            {
                original.num_documento = number.clone();
            }
        }
        self.practice
    }

    fn case(&mut self, comment: impl Into<String>, expect: Expect, invoice: impl Into<Invoice>) {
        self.practice.invoices.push(Case {
            comment: comment.into(),
            expect,
            invoice: invoice.into(),
        });
    }

    /// A citizen whom the service's registry does not have.
    fn unknown_citizen(&mut self, cf: &str) {
        let except = &mut self.practice.simulator.settings.citizens.except;
        except.push(cf.to_owned());
    }
}

/// Password and pincode follow from the name, so that each practice has its own.
fn credenziali(user: &str, name: &str) -> Credenziali {
    let digits = name.bytes().fold(1u64, |n, b| (n * 31 + u64::from(b)) % 1_000_000_007);
    Credenziali {
        user: user.to_owned(),
        password: format!("Inventata.{}", digits % 10_000),
        pincode: format!("{digits:010}"),
    }
}

fn user_of(profile: &Profilo, credentials: &Credenziali, categoria: &'static str) -> User {
    User {
        user: credentials.user.clone(),
        password: credentials.password.clone(),
        pincode: credentials.pincode.clone(),
        categoria,
        cf_proprietario: profile.cf_proprietario.clone(),
        p_iva: profile.p_iva.clone(),
        codici: profile.codici,
        delegato: None,
        sede: None,
    }
}

/// Days from one date to another, every so many.
fn days(from: &str, to: &str, every: i64) -> Vec<String> {
    let (from, to) = (day(from), day(to));
    (from.days()..=to.days())
        .step_by(usize::try_from(every).expect("forward"))
        .map(|days| Data::from_days(days).expect("a date").to_string())
        .collect()
}

/// A date moved by days.
fn shifted(date: &str, by: i64) -> String {
    day(date).plus_days(by).expect("a date").to_string()
}

fn day(text: &str) -> Data {
    Data::parse(text).expect("a date")
}

impl Practice {
    /// The name of its file under `fixtures/practices`.
    pub fn file_name(&self) -> String {
        format!("{}.json", self.name)
    }

    /// The file: a case on three lines, so that a change is read in a difference of few.
    pub fn to_json(&self) -> String {
        fn line(value: &impl Serialize) -> String {
            serde_json::to_string(value).expect("plain data")
        }
        let mut text = String::from("{\n");
        let mut head = vec![
            ("name", line(&self.name)),
            ("description", line(&self.description)),
            ("generated", line(&"by tests/src/practices; see README.md")),
            ("today", line(&self.today)),
            ("profile", line(&self.profile)),
        ];
        head.extend(self.policy.iter().map(|policy| ("policy", line(policy))));
        head.push(("credentials", line(&self.credentials)));
        head.push(("simulator", line(&self.simulator)));
        for (key, value) in head {
            let _ = writeln!(text, "  \"{key}\": {value},");
        }
        let cases: Vec<_> = self
            .invoices
            .iter()
            .map(|case| {
                format!(
                    "    {{ \"comment\": {},\n      \"expect\": {},\n      \"invoice\": {} }}",
                    line(&case.comment),
                    line(&case.expect),
                    line(&case.invoice)
                )
            })
            .collect();
        let _ = write!(text, "  \"invoices\": [\n{}\n  ]\n}}\n", cases.join(",\n"));
        text
    }
}

/// All practices.
pub fn all() -> Vec<Practice> {
    vec![
        psicologo::forfettaria(),
        medici::medico(),
        medici::odontoiatra(),
        veterinario::veterinario(),
        shops::ottico(),
        farmacia::farmacia(),
        strutture::autorizzata(),
        strutture::accreditata(),
        intermediari::associazione(),
        intermediari::intermediario_entratel(),
    ]
}
