//! The store in PostgreSQL, on a server of the test's own.
#![cfg(all(unix, feature = "postgres"))]

mod common;

use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::postgres::Postgres;
use postgres::{Client, NoTls};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sts_core::step::{Range, Write};
use sts_host::{Commit, PostgresStore, REVISION, Store, conformance};

fn put(key: &str, value: &[u8]) -> Write {
    Write { key: key.to_owned(), value: Some(value.to_vec()) }
}

fn get(store: &mut PostgresStore, key: &str) -> Option<Vec<u8>> {
    store.get(&[key.to_owned()]).unwrap().remove(0)
}

fn why(end: Result<impl Sized, sts_host::StoreError>) -> String {
    let error = end.err().expect("refused");
    format!("{error}: {}", std::error::Error::source(&error).unwrap())
}

/// A database of its own on the server, and a way to look into it.
fn database(server: &Postgres, name: &str) -> (String, Client) {
    let mut admin = Client::connect(&server.connection(), NoTls).unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let connection = server.connection().replace("dbname=postgres", &format!("dbname={name}"));
    let client = Client::connect(&connection, NoTls).unwrap();
    (connection, client)
}

#[test]
fn it_keeps_the_rules_of_a_store() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, _) = database(&server, "rules");
    let holders = AtomicUsize::new(0);
    // All in one table, so that a holder who saw another's rows would not be empty.
    conformance::check(|| {
        let holder = holders.fetch_add(1, Ordering::Relaxed);
        PostgresStore::open(&connection, &format!("holder {holder}")).unwrap()
    });
    assert!(holders.into_inner() > 1);
}

#[test]
fn connections_to_one_holder_never_both_commit() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, _) = database(&server, "shared");
    conformance::check_shared(|| PostgresStore::open(&connection, "one").unwrap());
    // Nor when the database would rather have its transactions otherwise.
    let (connection, mut admin) = database(&server, "strict");
    admin
        .batch_execute(
            "ALTER DATABASE strict SET default_transaction_isolation = 'repeatable read';
             ALTER DATABASE strict SET synchronous_commit = 'off'",
        )
        .unwrap();
    conformance::check_shared(|| PostgresStore::open(&connection, "one").unwrap());
}

#[test]
fn two_holders_in_one_table_do_not_see_each_other() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "holders");
    let mut first = PostgresStore::open(&connection, "first").unwrap();
    let mut second = PostgresStore::open(&connection, "second").unwrap();
    let of = |holder: &[u8]| [put(REVISION, b"1"), put("d/1", holder), put("d/2", holder)];
    assert_eq!(first.commit(0, &of(b"first")).unwrap(), Commit::Done);
    assert_eq!(second.commit(0, &of(b"second")).unwrap(), Commit::Done);
    let gone = Write { key: "d/1".to_owned(), value: None };
    assert_eq!(second.commit(1, &[put(REVISION, b"2"), gone]).unwrap(), Commit::Done);
    assert_eq!(get(&mut first, REVISION), Some(b"1".to_vec()));
    assert_eq!(get(&mut first, "d/1"), Some(b"first".to_vec()));
    let all = Range { from: String::new(), to: "~".to_owned(), limit: 10 };
    assert_eq!(first.scan(&all).unwrap().len(), 3);
    assert_eq!(second.scan(&all).unwrap().len(), 2);
    let mut third = second.with_holder("first").unwrap();
    assert_eq!(get(&mut third, "d/2"), Some(b"first".to_vec()));
    let rows = admin.query_one("SELECT count(*) FROM sts_store", &[]).unwrap();
    assert_eq!(rows.get::<_, i64>(0), 5, "in one table they are");
}

#[test]
fn a_holder_without_a_name_is_refused() {
    for holder in ["", "a\0b", &"x".repeat(257)] {
        let refused = PostgresStore::open("host=localhost", holder);
        assert!(why(refused).contains("1 to 256 bytes"), "before anything is connected");
    }
}

#[test]
fn the_first_commits_of_a_holder_exclude_each_other() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, _) = database(&server, "firsts");
    const RIVALS: usize = 4;
    for round in 0..20 {
        let start = Barrier::new(RIVALS);
        let done = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for rival in 0..RIVALS {
                let (start, done, connection) = (&start, &done, &connection);
                scope.spawn(move || {
                    let mut store =
                        PostgresStore::open(connection, &format!("holder {round}")).unwrap();
                    start.wait();
                    let writes = [put(REVISION, b"1"), put(&format!("by/{rival}"), b"")];
                    if store.commit(0, &writes).unwrap() == Commit::Done {
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(done.into_inner(), 1);
        let mut store = PostgresStore::open(&connection, &format!("holder {round}")).unwrap();
        let all = Range { from: "by/".to_owned(), to: "by0".to_owned(), limit: 10 };
        assert_eq!(store.scan(&all).unwrap().len(), 1);
    }
}

#[test]
fn processes_that_open_a_new_database_at_once_all_succeed() {
    let Some(server) = Postgres::shared() else { return };
    for round in 0..5 {
        let (connection, _) = database(&server, &format!("fresh{round}"));
        let start = Barrier::new(6);
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    start.wait();
                    PostgresStore::open(&connection, "one").unwrap();
                });
            }
        });
    }
}

#[test]
fn a_role_that_may_not_create_tables_uses_the_one_that_is_there() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "rights");
    admin
        .batch_execute("CREATE ROLE clerk LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        .unwrap();
    let clerk = connection.replace("user=studio", "user=clerk");
    let refused = why(PostgresStore::open(&clerk, "one"));
    assert!(refused.contains("permission denied") && refused.contains("42501"), "{refused}");
    drop(PostgresStore::open(&connection, "one").unwrap());
    admin.batch_execute("GRANT SELECT, INSERT, UPDATE, DELETE ON sts_store TO clerk").unwrap();
    let mut store = PostgresStore::open(&clerk, "one").unwrap();
    assert_eq!(store.commit(0, &[put(REVISION, b"1")]).unwrap(), Commit::Done);
}

#[test]
fn a_lost_connection_is_at_most_one_error_and_then_there_is_a_new_one() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "lost");
    let mut store = PostgresStore::open(&connection, "one").unwrap();
    assert_eq!(store.commit(0, &[put(REVISION, b"1"), put("a", b"1")]).unwrap(), Commit::Done);
    let mut cut = || {
        let others = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
            WHERE datname = 'lost' AND pid <> pg_backend_pid()";
        assert_eq!(admin.query(others, &[]).unwrap().len(), 1);
    };
    cut();
    store.commit(1, &[put(REVISION, b"2"), put("a", b"2")]).unwrap_err();
    assert_eq!(get(&mut store, "a"), Some(b"1".to_vec()), "connected again");
    cut();
    store.get(&["a".to_owned()]).unwrap_err();
    assert_eq!(store.commit(1, &[put(REVISION, b"2"), put("a", b"2")]).unwrap(), Commit::Done);
    // One that rested is tried before it is relied upon.
    cut();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert_eq!(get(&mut store, "a"), Some(b"2".to_vec()));
}

#[test]
fn a_commit_that_fails_half_way_changes_nothing_and_shows_no_value() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "half");
    let mut store = PostgresStore::open(&connection, "one").unwrap();
    admin.batch_execute("ALTER TABLE sts_store ADD CHECK (key <> 'z')").unwrap();
    let writes = [put(REVISION, b"1"), put("a", b"secret"), put("z", b"secret")];
    let error = store.commit(0, &writes).unwrap_err();
    let shown = format!("{error:?} {:?}", std::error::Error::source(&error));
    assert!(shown.contains("23514"), "{shown}");
    let in_hex: String = b"secret".iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!shown.contains("secret") && !shown.contains(&in_hex), "{shown}");
    let keys = [REVISION.to_owned(), "a".to_owned()];
    assert_eq!(store.get(&keys).unwrap(), [None, None]);
    assert_eq!(store.commit(0, &writes[..2]).unwrap(), Commit::Done);
}

#[test]
fn the_last_write_of_a_key_counts_and_a_commit_need_not_move_the_revision() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "odd");
    let mut store = PostgresStore::open(&connection, "one").unwrap();
    let gone = |key: &str| Write { key: key.to_owned(), value: None };
    let writes =
        [put("a", b"1"), put("a", b"2"), put("b", b"1"), gone("b"), gone("c"), put("c", b"3")];
    assert_eq!(store.commit(0, &writes).unwrap(), Commit::Done);
    let found = store.get(&["a".to_owned(), "b".to_owned(), "c".to_owned()]).unwrap();
    assert_eq!(found, [Some(b"2".to_vec()), None, Some(b"3".to_vec())]);
    let rows = admin.query_one("SELECT count(*) FROM sts_store", &[]).unwrap();
    assert_eq!(rows.get::<_, i64>(0), 2, "nothing was left behind to be locked");
    assert_eq!(store.commit(7, &[]).unwrap(), Commit::Conflict);
}

#[test]
fn one_that_stands_still_in_a_commit_blocks_no_other_holder() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut admin) = database(&server, "still");
    for holder in ["one", "two"] {
        let mut store = PostgresStore::open(&connection, holder).unwrap();
        assert_eq!(store.commit(0, &[put(REVISION, b"1")]).unwrap(), Commit::Done);
    }
    let mut held = admin.transaction().unwrap();
    held.execute("SELECT FROM sts_store WHERE holder = 'one' FOR UPDATE", &[]).unwrap();
    let mut two = PostgresStore::open(&connection, "two").unwrap();
    assert_eq!(two.commit(1, &[put(REVISION, b"2")]).unwrap(), Commit::Done);
    let mut one = PostgresStore::open(&connection, "one").unwrap();
    assert_eq!(get(&mut one, REVISION), Some(b"1".to_vec()), "readers wait for nobody");
}

#[test]
fn values_of_many_megabytes_are_committed_whole() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, _) = database(&server, "large");
    let mut store = PostgresStore::open(&connection, "one").unwrap();
    let mut writes: Vec<Write> =
        (0..6u8).map(|i| put(&format!("t/{i}"), &vec![i; 8 << 20])).collect();
    writes.push(put(REVISION, b"1"));
    assert_eq!(store.commit(0, &writes).unwrap(), Commit::Done);
    let keys: Vec<String> = writes.iter().map(|write| write.key.clone()).collect();
    let found = store.get(&keys).unwrap();
    assert!(found.iter().zip(&writes).all(|(found, write)| *found == write.value));
}

/// An authority, and the files of a server called `localhost` that it vouches for.
fn authority() -> (String, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).unwrap();
    let issuer = Issuer::from_params(&params, &key);
    let server_key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&server_key, &issuer).unwrap();
    (ca.pem(), server.pem(), server_key.serialize_pem())
}

#[test]
fn a_server_that_cannot_prove_who_it_is_gets_no_password() {
    let (ca, certificate, key) = authority();
    let (other, ..) = authority();
    let settings = "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n";
    let files = [
        ("server.crt", certificate.as_str()),
        ("server.key", &key),
        ("postgresql.auto.conf", settings),
    ];
    let Some(server) = Postgres::start(&files) else { return };
    let open = |host: &str, ca: &str, more: &str| {
        let connection = format!("{} {more}", server.by_tcp(host));
        PostgresStore::open_with_ca(&connection, ca.as_bytes(), "one")
    };
    let mut store = open("localhost", &ca, "sslmode=require").unwrap();
    assert_eq!(store.commit(0, &[put(REVISION, b"1")]).unwrap(), Commit::Done);
    let mut admin = Client::connect(&server.connection(), NoTls).unwrap();
    let tls = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
        WHERE ssl AND application_name = 'libsts'";
    assert_eq!(admin.query_one(tls, &[]).unwrap().get::<_, i64>(0), 1);

    let unknown = why(open("localhost", &other, "sslmode=require"));
    assert!(unknown.contains("invalid peer certificate"), "{unknown}");
    // Another name at the same address is another machine's.
    let misnamed = why(open("db.example", &ca, "sslmode=require"));
    assert!(misnamed.contains("not valid for name"), "{misnamed}");
    let public =
        PostgresStore::open(&format!("{} sslmode=require", server.by_tcp("localhost")), "one");
    assert!(why(public).contains("UnknownIssuer"));
    assert!(why(open("localhost", "", "")).contains("no PEM certificate"));
    // A server without TLS where it is demanded.
    let Some(plain) = Postgres::shared() else { return };
    let refused =
        PostgresStore::open(&format!("{} sslmode=require", plain.by_tcp("localhost")), "one");
    assert!(why(refused).contains("does not support TLS"));
    assert!(PostgresStore::open(&plain.by_tcp("localhost"), "one").is_ok(), "plain on loopback");
}

#[test]
fn the_command_keeps_its_records_there_and_any_machine_works_on_them() {
    let Some(server) = Postgres::shared() else { return };
    let (connection, mut client) = database(&server, "command");
    let mut desk = common::command::Desk::new("psicologo");
    let service = desk.practice.server(false);
    let now = "2026-11-23T09:00:00Z";
    desk.write("cf.cer", sts_simulator::CERTIFICATE_DER);
    let mut sts = |arguments: &[&str], connection: Option<&str>| {
        let mut command = desk.command_with_credentials(arguments);
        command.env_remove("STS_POSTGRES").envs(connection.map(|c| ("STS_POSTGRES", c)));
        desk.run(command)
    };
    let there = Some(connection.as_str());
    for machine in ["one.db", "two.db"] {
        let init = ["init", machine, "--profile", "profile.json", "--policy", "policy.json"];
        let more = ["--ambiente", "test", "--endpoint", &service.url, "--certificate", "cf.cer"];
        let ended = sts(&[&init[..], &more, &["--postgres", "practice 17"]].concat(), there);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
    let saved = sts(&["save", "one.db", "--now", now, "invoices.json"], there);
    assert_eq!(saved.code, Some(1), "some are to be put right: {}", saved.err);
    let sent = sts(&["send", "two.db", "--now", now, "--all"], there);
    assert_eq!(sent.code, Some(0), "{}{}", sent.out, sent.err);
    let without = sts(&["list", "one.db"], None);
    assert_eq!(without.code, Some(3), "{}", without.out);
    assert!(without.err.contains("STS_POSTGRES"), "{}", without.err);
    let (one, two) = (sts(&["list", "one.db"], there), sts(&["list", "two.db"], there));
    assert!(one.out.contains("accolta") && one.out == two.out, "{}", one.out);
    let rows: i64 = client.query_one("SELECT count(*) FROM sts_store", &[]).unwrap().get(0);
    assert!(rows > 0);
    for file in ["one.db", "two.db"] {
        let bytes = std::fs::read(desk.path(file)).unwrap();
        let there = |text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
        assert!(!there("psicologo-0"), "no records beside the settings");
    }
}
