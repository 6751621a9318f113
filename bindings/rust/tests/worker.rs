//! `sts worker`: a host that has nothing but pipes drives an engine in another process.

mod common;

use std::collections::VecDeque;
use std::io::{Read, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command as Process, Stdio};

use base64::Engine as _;
use common::{Practice, insertions};
use serde_json::{Value, json};
use sts_core::domain::Ambiente;
use sts_core::step::{Range, Request, Response, Write};
use sts_core::time::Timestamp;
use sts_host::{Commit, Http, MemoryStore, Store, UreqHttp};
use sts_simulator::CERTIFICATE_DER;

/// A worker and one engine in it.
struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
}

impl Worker {
    fn start() -> Self {
        let mut child = Process::new(env!("CARGO_BIN_EXE_sts"))
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Worker { child, input, output }
    }

    /// A worker with the engine of a practice, which has its credentials.
    fn open(practice: &Practice, endpoint: &str) -> Self {
        let mut worker = Worker::start();
        let pem = base64::engine::general_purpose::STANDARD.encode(CERTIFICATE_DER);
        let pem = format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n");
        let settings = json!({ "ambiente": "test", "profile": practice.fixture["profile"],
            "endpoint": endpoint, "certificate": pem });
        let (status, answer, _) =
            worker.ask(json!({"call": "new"}), &[settings.to_string().as_bytes()]);
        assert_eq!((status, &answer["engine"]), (0, &json!(1)), "{answer}");
        let credentials =
            ["user", "password", "pincode"].map(|name| practice.secret(name).as_bytes());
        let (status, answer, _) =
            worker.ask(json!({"call": "set_credentials", "engine": 1}), &credentials);
        assert_eq!(status, 0, "{answer}");
        worker
    }

    fn ask(&mut self, mut header: Value, bodies: &[&[u8]]) -> (i64, Value, Vec<Vec<u8>>) {
        header["bodies"] = bodies.iter().map(|body| body.len()).collect();
        let header = header.to_string();
        self.input.write_all(&u32::try_from(header.len()).unwrap().to_be_bytes()).unwrap();
        self.input.write_all(header.as_bytes()).unwrap();
        bodies.iter().for_each(|body| self.input.write_all(body).unwrap());
        let mut length = [0; 4];
        self.output.read_exact(&mut length).unwrap();
        let header = self.read(u32::from_be_bytes(length) as usize);
        let header: Value = serde_json::from_slice(&header).unwrap();
        let lengths = header["bodies"].as_array().unwrap().clone();
        let mut bodies: Vec<Vec<u8>> = Vec::new();
        for length in lengths {
            bodies.push(self.read(usize::try_from(length.as_u64().unwrap()).unwrap()));
        }
        let json = serde_json::from_slice(&bodies.remove(0)).unwrap();
        (header["status"].as_i64().unwrap(), json, bodies)
    }

    fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).unwrap();
        bytes
    }

    /// An input until its writes are committed: what is to be done then, and the bodies.
    fn settle(
        &mut self,
        store: &mut MemoryStore,
        header: &Value,
        bodies: &[&[u8]],
    ) -> (Value, Vec<Vec<u8>>) {
        loop {
            let (status, step, found) = self.ask(header.clone(), bodies);
            assert_eq!(status, 0, "{step}");
            if let Some(read) = step.get("read") {
                let loaded = load(store, read).to_string();
                let (status, answer, _) =
                    self.ask(json!({"call": "load", "engine": 1}), &[loaded.as_bytes()]);
                assert_eq!(status, 0, "{answer}");
                continue;
            }
            let act = step["act"].clone();
            let writes: Vec<Write> = list(&act["writes"]).iter().map(write).collect();
            let revision = act["revision"].as_u64().unwrap();
            let done =
                writes.is_empty() || store.commit(revision, &writes).unwrap() == Commit::Done;
            assert!(done, "nobody else is here");
            return (act, found);
        }
    }

    /// What it printed as errors until its end, which the end of its input brings about.
    fn end(self) -> (Option<i32>, String) {
        drop((self.input, self.output));
        let ended = self.child.wait_with_output().unwrap();
        (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
    }
}

fn list(json: &Value) -> Vec<Value> {
    json.as_array().unwrap().clone()
}

fn text(json: &Value) -> String {
    json.as_str().unwrap().to_owned()
}

fn write(json: &Value) -> Write {
    Write { key: text(&json["key"]), value: json["value"].as_str().map(|v| v.as_bytes().to_vec()) }
}

fn load(store: &mut MemoryStore, read: &Value) -> Value {
    let shown = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let keys: Vec<String> = list(&read["keys"]).iter().map(text).collect();
    let values = store.get(&keys).unwrap().into_iter().map(|value| value.map(shown));
    let ranges = list(&read["ranges"]).into_iter().map(|json| {
        let range: Range = serde_json::from_value(json.clone()).unwrap();
        let entries = store.scan(&range).unwrap().into_iter().map(|(key, v)| (key, shown(v)));
        let entries: Vec<_> = entries.collect();
        let mut json = json;
        json["entries"] = json!(entries);
        json
    });
    let ranges: Vec<Value> = ranges.collect();
    json!({ "keys": keys.iter().zip(values).collect::<Vec<_>>(), "ranges": ranges })
}

fn perform(request: &Value, bodies: &[Vec<u8>]) -> Response {
    let number = usize::try_from(request["body"].as_u64().unwrap()).unwrap();
    let request = Request {
        id: text(&request["id"]),
        label: "",
        method: "POST",
        url: text(&request["url"]),
        headers: serde_json::from_value(request["headers"].clone()).unwrap(),
        body: bodies[number].clone(),
        timeout_ms: 60_000,
        not_after: Timestamp(request["notAfter"].as_i64().unwrap()),
    };
    UreqHttp::new(Ambiente::Test).perform(&request)
}

#[test]
fn a_practice_is_sent_over_two_pipes_and_a_worker_killed_in_mid_send_changes_nothing() {
    let practice = Practice::new("psicologo");
    let server = practice.server(false);
    let mut store = MemoryStore::new();
    let mut worker = Worker::open(&practice, &server.url);
    let invoices: Vec<&Value> =
        practice.fixture["invoices"].as_array().unwrap().iter().map(|c| &c["invoice"]).collect();
    let save = json!({ "command": "save", "invoices": invoices }).to_string();
    let send = json!({ "command": "send", "what": {"ready": {"limit": 500}} }).to_string();
    let now = practice.now.0;
    let command = json!({"call": "command", "engine": 1, "now": now});
    let (act, _) = worker.settle(&mut store, &command, &[save.as_bytes()]);
    assert_eq!(act["answer"]["answer"], "saved");

    let mut steps = VecDeque::from([worker.settle(&mut store, &command, &[send.as_bytes()])]);
    let (mut performed, mut stderr) = (0, String::new());
    while let Some((act, bodies)) = steps.pop_front() {
        for request in list(&act["requests"]) {
            let end = perform(&request, &bodies);
            performed += 1;
            if performed % 5 == 0 {
                worker.child.kill().unwrap();
                stderr += &worker.end().1;
                worker = Worker::open(&practice, &server.url);
            }
            let Response::Answered { status, headers, body } = end else { panic!() };
            let headers = json!(headers).to_string();
            let header = json!({"call": "response", "engine": 1, "now": now,
                "id": request["id"], "end": 0, "status": status});
            steps.push_back(worker.settle(&mut store, &header, &[headers.as_bytes(), &body]));
        }
    }
    let expected = practice.sendable();
    let inserted = insertions(&server.world());
    assert_eq!(inserted.len(), expected.len());
    assert!(inserted.values().all(|times| *times == 1), "{inserted:?}");
    assert!(performed >= expected.len());
    let (code, printed) = worker.end();
    assert_eq!((code, stderr + &printed), (Some(0), String::new()), "nothing is printed");
}

#[test]
fn a_broken_frame_is_answered_and_ends_the_process() {
    let mut worker = Worker::start();
    worker.input.write_all(&[0xff; 4]).unwrap();
    let mut answer = Vec::new();
    worker.output.read_to_end(&mut answer).unwrap();
    assert!(String::from_utf8_lossy(&answer).contains(r#""code":"FRAME""#));
    assert_eq!(worker.end(), (Some(3), String::new()));
}
