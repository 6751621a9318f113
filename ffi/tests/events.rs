//! What the loop of `sts_run` promises about events.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

use serde_json::{Value, json};
use sts::{
    STS_CONFLICT, STS_DONE, STS_NOT_SENT, STS_OK, sts_engine, sts_engine_free, sts_engine_new,
    sts_engine_set_credentials, sts_host, sts_reply, sts_reply_entry, sts_reply_value, sts_request,
    sts_result_free, sts_result_json, sts_run, sts_write,
};

/// A store in memory, a service that cannot be reached, and the events that came.
#[derive(Default)]
struct World {
    store: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Commits that another process is faster than.
    lost_races: u32,
    events: Vec<Value>,
}

unsafe fn world<'a>(context: *mut c_void) -> &'a mut World {
    // SAFETY: the test's own world, which outlives its calls.
    unsafe { &mut *context.cast() }
}

unsafe fn bytes<'a>(start: *const c_char, length: usize) -> &'a [u8] {
    // SAFETY: what the library hands over.
    unsafe { std::slice::from_raw_parts(start.cast(), length) }
}

unsafe extern "C" fn now(_: *mut c_void) -> i64 {
    1_795_424_400_000
}

unsafe extern "C" fn http(_: *mut c_void, _: *const sts_request, _: *mut sts_reply) -> i32 {
    STS_NOT_SENT
}

unsafe extern "C" fn get(
    context: *mut c_void,
    key: *const c_char,
    length: usize,
    reply: *mut sts_reply,
) -> i32 {
    // SAFETY: as the functions above say.
    unsafe {
        if let Some(value) = world(context).store.get(bytes(key, length)) {
            sts_reply_value(reply, value.as_ptr().cast(), value.len());
        }
    }
    STS_OK
}

unsafe extern "C" fn scan(
    context: *mut c_void,
    from: *const c_char,
    from_length: usize,
    to: *const c_char,
    to_length: usize,
    limit: u32,
    reply: *mut sts_reply,
) -> i32 {
    // SAFETY: as above.
    unsafe {
        let range = bytes(from, from_length).to_vec()..bytes(to, to_length).to_vec();
        for (key, value) in world(context).store.range(range).take(limit as usize) {
            let value_at = value.as_ptr().cast();
            sts_reply_entry(reply, key.as_ptr().cast(), key.len(), value_at, value.len());
        }
    }
    STS_OK
}

unsafe extern "C" fn commit(
    context: *mut c_void,
    _expected: u64,
    writes: *const sts_write,
    count: usize,
) -> i32 {
    // SAFETY: as above.
    unsafe {
        let world = world(context);
        if world.lost_races > 0 {
            world.lost_races -= 1;
            return STS_CONFLICT;
        }
        for write in std::slice::from_raw_parts(writes, count) {
            let key = bytes(write.key, write.key_length).to_vec();
            if write.value.is_null() {
                world.store.remove(&key);
            } else {
                let value = bytes(write.value.cast(), write.value_length).to_vec();
                world.store.insert(key, value);
            }
        }
    }
    STS_DONE
}

unsafe extern "C" fn event(context: *mut c_void, event: *const c_char, length: usize) {
    // SAFETY: as above.
    unsafe {
        let event = serde_json::from_slice(bytes(event, length)).expect("JSON");
        world(context).events.push(event);
    }
}

fn run(engine: *mut sts_engine, host: &sts_host, command: &Value) {
    let (text, mut result) = (command.to_string(), null_mut());
    // SAFETY: an open engine, a filled host, a text with its length.
    unsafe {
        let status = sts_run(engine, host, text.as_ptr().cast(), text.len(), &raw mut result);
        let said = std::ffi::CStr::from_ptr(sts_result_json(result, null_mut()).cast());
        assert_eq!(status, STS_OK, "{said:?}");
        sts_result_free(result);
    }
}

#[test]
fn an_event_comes_once_although_races_are_lost_after_it() {
    let mut world = World::default();
    let host = sts_host {
        context: (&raw mut world).cast(),
        now: Some(now),
        http: Some(http),
        get: Some(get),
        scan: Some(scan),
        commit: Some(commit),
        event: Some(event),
    };
    let settings = r#"{"ambiente": "test", "profile": {"categoria": "psicologo",
        "cfProprietario": "PSCPRV80A01X999I", "pIva": "99900011000"}}"#;
    let mut engine = null_mut();
    let secret = "PSCPRV80A01X999I";
    // SAFETY: texts with their lengths, a place for the engine.
    unsafe {
        let (json, length) = (settings.as_ptr().cast(), settings.len());
        assert_eq!(sts_engine_new(json, length, &raw mut engine, null_mut()), STS_OK);
        let (text, n) = (secret.as_ptr().cast(), secret.len());
        let given =
            sts_engine_set_credentials(engine, text, n, text, n, c"1".as_ptr(), 1, null_mut());
        assert_eq!(given, STS_OK);
    }
    let invoice = |id: &str| {
        json!({"id": id, "stato": "emessa", "dataEmissione": "2026-11-20", "numDocumento": id,
            "cessionarioCommittente": {"personaFisica": true, "cfCittadino": "PZNPRV80A01X999E"},
            "dettaglioLinee": [{"prezzoTotale": "60.00", "naturaIVA": "N2.2", "tipoSpesa": "SP"}],
            "pagamenti": [{"dataPagamento": "2026-11-20", "importo": "60.00",
                "modalitaPagamento": "MP08"}]})
    };
    run(engine, &host, &json!({"command": "save", "invoices": [invoice("1")]}));
    run(engine, &host, &json!({"command": "test_credentials"}));
    assert!(!world.events.is_empty(), "nothing happened that could come twice");
    world.lost_races = 2;
    run(engine, &host, &json!({"command": "save", "invoices": [invoice("2")]}));
    assert_eq!(world.lost_races, 0);
    let numbers: Vec<u64> = world.events.iter().filter_map(|e| e["number"].as_u64()).collect();
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
    // SAFETY: open, and not used any more.
    unsafe { sts_engine_free(engine) };
}
