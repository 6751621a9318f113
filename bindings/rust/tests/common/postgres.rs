//! A PostgreSQL server of the tests' own, in a temporary folder.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Runs until dropped, and not longer than the process that started it, however that one ends.
pub(crate) struct Postgres {
    watch: Child,
    folder: tempfile::TempDir,
    port: u16,
}

/// The server and its superuser, who needs no password on the socket.
const USER: &str = "studio";

impl Postgres {
    /// The server that the tests of one file share; `None`, said in one line, where PostgreSQL is
    /// not installed.
    pub(crate) fn shared() -> Option<Arc<Postgres>> {
        static SERVER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = server.upgrade() {
            return Some(running);
        }
        let started = Arc::new(Postgres::start(&[])?);
        *server = Arc::downgrade(&started);
        Some(started)
    }

    /// A server with these files beside its data and these settings.
    pub(crate) fn start(files: &[(&str, &str)]) -> Option<Postgres> {
        let Some(programs) = programs() else {
            println!("skipped: PostgreSQL is not installed");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let owner = servant(folder.path());
        let run = |program: &str| {
            let mut command = Command::new(program);
            command.current_dir(folder.path()).env("LC_ALL", "C").stdin(Stdio::null());
            if let Some((uid, gid)) = owner {
                chown(folder.path(), Some(uid), Some(gid)).unwrap();
                command.uid(uid).gid(gid);
            }
            command
        };
        let initdb = programs.join("initdb");
        let made = run(initdb.to_str().unwrap())
            .args(["--auth=trust", "--no-sync", "--encoding=UTF8", "--username", USER, "--pgdata"])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        for (name, content) in files {
            use std::os::unix::fs::PermissionsExt;
            let path = data.join(name);
            std::fs::write(&path, content).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
            let (uid, gid) = owner.unzip();
            chown(&path, uid, gid).unwrap();
        }
        // The shell ends the server when its input closes, which the end of this process does.
        let script = "\"$0\" \"$@\" & cat >/dev/null; kill -INT $!; wait $!";
        // Another process may take a port that is found free before the server has it.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut watch = run("sh")
                .args(["-c", script])
                .arg(programs.join("postgres"))
                .arg("-D")
                .arg(&data)
                .args(["-c", "listen_addresses=127.0.0.1", "-c", &format!("port={port}")])
                .args(["-c", "fsync=off", "-c", "max_connections=50", "-k"])
                .arg(folder.path())
                .stdin(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut log =
                BufReader::new(watch.stderr.take().unwrap()).lines().map_while(Result::ok);
            let ready = log
                .by_ref()
                .find(|line| line.contains("ready to accept") || line.contains("FATAL"));
            if ready.is_some_and(|line| line.contains("ready to accept")) {
                // Nobody reads what it has to say about the errors the tests provoke.
                std::thread::spawn(move || log.for_each(drop));
                return Some(Postgres { watch, folder, port });
            }
            drop(watch.stdin.take());
            watch.wait().unwrap();
        }
        panic!("PostgreSQL does not start");
    }

    /// How to connect by the socket.
    pub(crate) fn connection(&self) -> String {
        format!(
            "host={} port={} user={USER} dbname=postgres",
            self.folder.path().display(),
            self.port
        )
    }

    /// How to connect by TCP, under a name of this machine.
    pub(crate) fn by_tcp(&self, host: &str) -> String {
        format!("host={host} hostaddr=127.0.0.1 port={} user={USER} dbname=postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

/// Where `initdb` and `postgres` are: in the path, or where Debian has them, the newest first.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, path)| path.join("bin")));
    folders.into_iter().find(|f| f.join("initdb").is_file() && f.join("postgres").is_file())
}

/// Whom the server runs as when that is not us: it refuses to be root.
fn servant(ours: &Path) -> Option<(u32, u32)> {
    if std::fs::metadata(ours).unwrap().uid() != 0 {
        return None;
    }
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map_while(|field| field.parse().ok());
        Some((ids.next()?, ids.next()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("somebody who is not root"))
}
