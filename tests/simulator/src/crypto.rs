//! RSAES-PKCS1-v1_5 with a 1024-bit key, both directions.
//!
//! The private exponent is published (see `keys/README.md`), so nothing here needs to run in
//! constant time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U512, U1024};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// The certificate, DER, that an engine is given instead of the official SanitelCF.
pub const CERTIFICATE_DER: &[u8] = include_bytes!("../keys/simulator-cf.cer");

const KEY_PEM: &str = include_str!("../keys/simulator-cf.key.pem");
const KEY_BYTES: usize = 128;
const CACHE_ENTRIES: usize = 8192;

/// Why a key was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not a PEM block `RSA PRIVATE KEY` (PKCS#1) with the nine integers inside.
    #[error("the key is not a PKCS#1 `RSA PRIVATE KEY` in PEM")]
    NotPkcs1,
    /// The modulus is not 1024 bits long, or the primes are not 512 bits long and odd.
    #[error("the key is not an RSA key of 1024 bits with two primes of 512 bits")]
    NotRsa1024,
}

/// An RSA-1024 private key in the form the Chinese remainder theorem wants.
#[derive(Clone)]
pub struct PrivateKey {
    modulus: Odd<U1024>,
    exponent: U1024,
    p: FixedMontyParams<{ U512::LIMBS }>,
    q: FixedMontyParams<{ U512::LIMBS }>,
    dp: U512,
    dq: U512,
    q_inverse: U512,
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

impl PrivateKey {
    /// Reads a PEM block `RSA PRIVATE KEY`, as `openssl genrsa -traditional 1024` writes it.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = BASE64.decode(body.trim()).map_err(|_| KeyError::NotPkcs1)?;
        let numbers = integers(&der).ok_or(KeyError::NotPkcs1)?;
        let [_, n, e, _, p, q, dp, dq, q_inverse] =
            <[&[u8]; 9]>::try_from(numbers).map_err(|_| KeyError::NotPkcs1)?;
        let modulus = U1024::from_be_slice(&padded::<KEY_BYTES>(n)?);
        let half = |bytes| Ok(U512::from_be_slice(&padded::<64>(bytes)?));
        let prime = |bytes| {
            let prime = half(bytes)?;
            if prime.bits() != 512 {
                return Err(KeyError::NotRsa1024);
            }
            let odd = Odd::new(prime).into_option().ok_or(KeyError::NotRsa1024)?;
            Ok(FixedMontyParams::new_vartime(odd))
        };
        if modulus.bits() != 1024 {
            return Err(KeyError::NotRsa1024);
        }
        Ok(PrivateKey {
            modulus: Odd::new(modulus).into_option().ok_or(KeyError::NotRsa1024)?,
            exponent: U1024::from_be_slice(&padded::<KEY_BYTES>(e)?),
            p: prime(p)?,
            q: prime(q)?,
            dp: half(dp)?,
            dq: half(dq)?,
            q_inverse: half(q_inverse)?,
        })
    }

    /// The pair committed under `keys/`, whose certificate is [`CERTIFICATE_DER`].
    pub fn simulator() -> Self {
        // A test proves that the committed file parses.
        Self::from_pem(KEY_PEM).expect("the committed key is a PKCS#1 key of 1024 bits")
    }

    /// Encrypts as a client would, for tests and hosts without an engine. The padding is derived
    /// from `seed`: the same seed and text give the same ciphertext. `None` when the text is
    /// longer than 117 bytes. The result is base64 on one line, 172 characters.
    pub fn encrypt(&self, plaintext: &str, seed: u64) -> Option<String> {
        let padding = (KEY_BYTES - 3).checked_sub(plaintext.len()).filter(|&n| n >= 8)?;
        let mut block = vec![0, 2];
        let mut counter = 0u64;
        while block.len() < padding + 2 {
            let mut digest = Sha256::new();
            digest.update(seed.to_be_bytes());
            digest.update(counter.to_be_bytes());
            digest.update(plaintext);
            let missing = padding + 2 - block.len();
            block.extend(digest.finalize().iter().filter(|&&b| b != 0).take(missing));
            counter += 1;
        }
        block.push(0);
        block.extend_from_slice(plaintext.as_bytes());
        let params = FixedMontyParams::new_vartime(self.modulus);
        let message = FixedMontyForm::new(&U1024::from_be_slice(&block), &params);
        let cipher = message.pow_vartime(&self.exponent).retrieve();
        Some(BASE64.encode(cipher.to_be_bytes().as_ref()))
    }

    fn decrypt(&self, ciphertext: &[u8]) -> Option<String> {
        let c = U1024::from_be_slice(<&[u8; KEY_BYTES]>::try_from(ciphertext).ok()?);
        if c >= *self.modulus.as_ref() {
            return None;
        }
        let half = |params: &FixedMontyParams<{ U512::LIMBS }>, exponent: &U512| {
            let prime = NonZero::new(params.modulus().as_ref().resize()).into_option()?;
            let reduced: U512 = c.rem_vartime::<{ U1024::LIMBS }>(&prime).resize();
            Some(FixedMontyForm::new(&reduced, params).pow_vartime(exponent))
        };
        let m1 = half(&self.p, &self.dp)?;
        let m2 = half(&self.q, &self.dq)?.retrieve();
        let q_inverse = FixedMontyForm::new(&self.q_inverse, &self.p);
        let h = ((m1 - FixedMontyForm::new(&m2, &self.p)) * q_inverse).retrieve();
        let product: U1024 = h.concatenating_mul(self.q.modulus().as_ref());
        let message = product.wrapping_add(&m2.resize());
        unpad(message.to_be_bytes().as_ref())
    }
}

fn unpad(block: &[u8]) -> Option<String> {
    let rest = block.strip_prefix(&[0, 2])?;
    let end = rest.iter().position(|&b| b == 0).filter(|&n| n >= 8)?;
    String::from_utf8(rest.get(end + 1..)?.to_vec()).ok()
}

fn padded<const N: usize>(bytes: &[u8]) -> Result<[u8; N], KeyError> {
    let start = bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len());
    let digits = bytes.get(start..).unwrap_or_default();
    let mut out = [0; N];
    let at = N.checked_sub(digits.len()).ok_or(KeyError::NotRsa1024)?;
    out.iter_mut().skip(at).zip(digits).for_each(|(to, from)| *to = *from);
    Ok(out)
}

/// The INTEGERs of a DER SEQUENCE that holds nothing else.
fn integers(der: &[u8]) -> Option<Vec<&[u8]>> {
    let (mut rest, after) = element(der, 0x30)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (integer, tail) = element(rest, 0x02)?;
        found.push(integer);
        rest = tail;
    }
    after.is_empty().then_some(found)
}

fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, first], rest) = der.split_first_chunk::<2>()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest.split_first().map(|(n, rest)| (usize::from(*n), rest))?,
        0x82 => {
            let (bytes, rest) = rest.split_first_chunk::<2>()?;
            (usize::from(u16::from_be_bytes(*bytes)), rest)
        }
        _ => return None,
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}

#[derive(Default)]
struct Cache {
    plaintexts: BTreeMap<[u8; KEY_BYTES], Option<String>>,
    order: VecDeque<[u8; KEY_BYTES]>,
}

/// Decrypts fields, remembering what it has seen.
///
/// Clones share the memory: it changes how long an answer takes and never what it is. Ciphertexts
/// made with a key nobody here has (those printed in the official kit) can be published with
/// their meaning.
#[derive(Clone)]
pub(crate) struct Cipher {
    key: Arc<PrivateKey>,
    published: Arc<BTreeMap<String, String>>,
    cache: Arc<Mutex<Cache>>,
}

impl Cipher {
    pub(crate) fn new(key: PrivateKey, published: BTreeMap<String, String>) -> Self {
        Cipher { key: Arc::new(key), published: Arc::new(published), cache: Arc::default() }
    }

    pub(crate) fn rotated(&self, key: PrivateKey) -> Self {
        Cipher { key: Arc::new(key), published: self.published.clone(), cache: Arc::default() }
    }

    pub(crate) fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// The plaintext of a base64 field, trimmed: clients that encrypt a trailing line feed are
    /// accepted by the real service (PROTOCOL section 3). `None` when it cannot be decrypted.
    pub(crate) fn open(&self, field: &str) -> Option<String> {
        let compact: String = field.split_ascii_whitespace().collect();
        if let Some(known) = self.published.get(&compact) {
            return Some(known.clone());
        }
        let bytes = BASE64.decode(&compact).ok()?;
        let block = <[u8; KEY_BYTES]>::try_from(bytes).ok()?;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(seen) = cache.plaintexts.get(&block) {
            return seen.clone();
        }
        let plaintext = self.key.decrypt(&block).map(|text| text.trim().to_owned());
        if cache.order.len() >= CACHE_ENTRIES
            && let Some(oldest) = cache.order.pop_front()
        {
            cache.plaintexts.remove(&oldest);
        }
        cache.order.push_back(block);
        cache.plaintexts.insert(block, plaintext.clone());
        plaintext
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encrypted_is_decrypted() {
        let cipher = Cipher::new(PrivateKey::simulator(), BTreeMap::new());
        for seed in 0..20 {
            let sealed = cipher.key().encrypt("PZNPRV90E55X999G", seed).unwrap();
            assert_eq!(sealed.len(), 172);
            assert_eq!(cipher.open(&sealed).as_deref(), Some("PZNPRV90E55X999G"));
        }
        let with_newline = cipher.key().encrypt("1234567890\n", 1).unwrap();
        assert_eq!(cipher.open(&with_newline).as_deref(), Some("1234567890"));
        assert_eq!(cipher.key().encrypt(&"x".repeat(118), 0), None);
    }

    #[test]
    fn openssl_agrees_with_the_committed_pair() {
        use std::io::Write as _;
        use std::process::{Command, Stdio};
        let certificate = concat!(env!("CARGO_MANIFEST_DIR"), "/keys/simulator-cf.cer");
        let mut child = Command::new("openssl")
            .args(["pkeyutl", "-encrypt", "-certin", "-keyform", "DER", "-inkey", certificate])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("openssl is installed");
        child.stdin.take().unwrap().write_all(b"PSCPRV80A01X999I").unwrap();
        let sealed = BASE64.encode(child.wait_with_output().unwrap().stdout);
        let cipher = Cipher::new(PrivateKey::simulator(), BTreeMap::new());
        assert_eq!(cipher.open(&sealed).as_deref(), Some("PSCPRV80A01X999I"));
    }

    #[test]
    fn rubbish_is_not_decrypted() {
        let cipher = Cipher::new(PrivateKey::simulator(), BTreeMap::new());
        assert_eq!(cipher.open(""), None);
        assert_eq!(cipher.open("plain"), None);
        assert_eq!(cipher.open(&BASE64.encode([0xff; 128])), None);
        assert_eq!(cipher.open(&BASE64.encode([1; 128])), None);
        assert_eq!(PrivateKey::from_pem("").unwrap_err(), KeyError::NotPkcs1);
    }

    #[test]
    fn the_cache_is_bounded() {
        let cipher = Cipher::new(PrivateKey::simulator(), BTreeMap::new());
        let mut block = [0u8; KEY_BYTES];
        for i in 0..(CACHE_ENTRIES as u32 + 10) {
            // Above the modulus, so that no exponentiation is spent.
            block = [0xff; KEY_BYTES];
            block.iter_mut().rev().zip(i.to_be_bytes()).for_each(|(to, from)| *to = from);
            cipher.open(&BASE64.encode(block));
        }
        let cache = cipher.cache.lock().unwrap();
        assert_eq!(cache.plaintexts.len(), CACHE_ENTRIES);
        assert!(cache.plaintexts.contains_key(&block));
    }
}
