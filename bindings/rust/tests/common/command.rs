//! The built command, and what it printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::Practice;

/// A folder with the files of a practice.
pub(crate) struct Desk {
    pub(crate) practice: Practice,
    pub(crate) folder: tempfile::TempDir,
    /// Everything any command printed.
    pub(crate) seen: String,
}

/// How a command ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    pub(crate) fn new(name: &str) -> Self {
        let practice = Practice::new(name);
        let folder = tempfile::tempdir().unwrap();
        let desk = Desk { practice, folder, seen: String::new() };
        desk.write("profile.json", desk.practice.fixture["profile"].to_string().as_bytes());
        let policy = &desk.practice.fixture["policy"];
        let policy = if policy.is_null() { "{}".to_owned() } else { policy.to_string() };
        desk.write("policy.json", policy.as_bytes());
        let invoices: Vec<_> = desk.practice.fixture["invoices"]
            .as_array()
            .unwrap()
            .iter()
            .map(|case| case["invoice"].clone())
            .collect();
        desk.write("invoices.json", serde_json::to_string(&invoices).unwrap().as_bytes());
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    /// The day of the practice, `YYYY-MM-DD`.
    pub(crate) fn today(&self) -> &str {
        self.practice.fixture["today"].as_str().unwrap()
    }

    /// Prepares `practice.db` for a simulator at this address.
    pub(crate) fn init(&mut self, endpoint: &str) {
        let certificate = self.path("cf.cer");
        std::fs::write(&certificate, sts_simulator::CERTIFICATE_DER).unwrap();
        let ended = self.sts(&[
            "init",
            "practice.db",
            "--profile",
            "profile.json",
            "--policy",
            "policy.json",
            "--ambiente",
            "test",
            "--endpoint",
            endpoint,
            "--certificate",
            "cf.cer",
        ]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }

    /// The command in the folder, without credentials.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sts"));
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        let variables =
            ["STS_USERNAME", "STS_PASSWORD", "STS_PINCODE", "STS_CF_PROPRIETARIO", "COLUMNS"];
        variables.iter().for_each(|name| _ = command.env_remove(name));
        command
    }

    /// The command with the practice's credentials in the environment.
    pub(crate) fn command_with_credentials(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command
            .env("STS_USERNAME", self.practice.secret("user"))
            .env("STS_PASSWORD", self.practice.secret("password"))
            .env("STS_PINCODE", self.practice.secret("pincode"));
        command
    }

    pub(crate) fn sts(&mut self, arguments: &[&str]) -> Ended {
        let command = self.command(arguments);
        self.run(command)
    }

    pub(crate) fn sts_with_credentials(&mut self, arguments: &[&str]) -> Ended {
        let command = self.command_with_credentials(arguments);
        self.run(command)
    }

    pub(crate) fn run(&mut self, mut command: Command) -> Ended {
        let output = command.output().unwrap();
        self.ended(output)
    }

    pub(crate) fn ended(&mut self, output: Output) -> Ended {
        let text = |bytes| String::from_utf8(bytes).expect("the command prints UTF-8");
        let (out, err) = (text(output.stdout), text(output.stderr));
        self.seen.push_str(&out);
        self.seen.push_str(&err);
        Ended { code: output.status.code(), out, err }
    }

    /// Nothing that was printed shows a secret, and no tax code but the holder's, and that in the
    /// settings alone, is in the database.
    pub(crate) fn assert_private(&self, database: Option<&Path>) {
        assert!(self.seen.len() > 100, "something was printed");
        for secret in self.practice.secrets() {
            assert!(!self.seen.contains(&secret), "a secret was printed");
        }
        assert!(!self.seen.contains("Basic ") || self.seen.contains("Basic […]"));
        let Some(database) = database else { return };
        let bytes = std::fs::read(database).unwrap();
        let holder = self.practice.fixture["profile"]["cfProprietario"].as_str().unwrap();
        let times = |secret: &str| {
            bytes
                .windows(secret.len())
                .filter(|w| w.eq_ignore_ascii_case(secret.as_bytes()))
                .count()
        };
        for secret in self.practice.secrets() {
            let allowed = usize::from(secret == holder);
            assert!(times(&secret) <= allowed, "a secret is in the database");
        }
        assert_eq!(times(holder), 1, "the holder's, in the profile");
    }
}

/// Whether a program is installed; says in one line what is left out without it.
pub(crate) fn installed(program: &str, skipped: &str) -> bool {
    let found = Command::new(program).arg("--version").output().is_ok();
    if !found {
        println!("skipped, {program} is not installed: {skipped}");
    }
    found
}
