//! A bundle: everything a phone has not sent, in one file that somebody carries to the office. Only the street's server can
//! read it.
//!
//! The file is a head and pieces. The head names the format and the server's key and carries what the key was agreed with; the
//! pieces are sealed in order with HPKE (RFC 9180: X25519, HKDF-SHA256, ChaCha20-Poly1305). Each begins with its length, whose
//! first bit marks the last one, so that a file that was cut, continued or put together from two is noticed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hpke::aead::{AeadCtxR, AeadCtxS, ChaCha20Poly1305};
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{Infallible, TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::hash::canonical_hash;
use super::{ErrorCode, Line};
use crate::{CapturedAt, DeviceId, Sha256Hex};

type PrivateKey = <X25519HkdfSha256 as hpke::Kem>::PrivateKey;
type PublicKey = <X25519HkdfSha256 as hpke::Kem>::PublicKey;
type Encapped = <X25519HkdfSha256 as hpke::Kem>::EncappedKey;

/// Begins every bundle.
const MAGIC: &[u8] = b"xunge bundle 1\n";
/// Bytes that name the key: the beginning of its hash.
const KEY_NAME: usize = 8;
/// Bytes of the key agreement.
const AGREED: usize = 32;
/// Bytes before the first piece.
pub const BUNDLE_HEAD_BYTES: usize = MAGIC.len() + KEY_NAME + AGREED;
/// Bytes of content in a piece, at most.
pub const PIECE_BYTES: usize = 64 * 1024;
/// What sealing adds to a piece.
const TAG_BYTES: usize = 16;
/// Bytes of a piece's length, which is the big-endian number of sealed bytes; the highest bit marks the last piece.
pub const PIECE_LENGTH_BYTES: usize = 4;
const LAST: u32 = 1 << 31;

/// The largest bundle, in bytes.
pub const MAX_BUNDLE_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// The most records, and the most photo files, in a bundle.
pub const MAX_BUNDLE_ITEMS: usize = 20_000;
/// The largest record in a bundle, in bytes, and its description of itself.
pub const MAX_BUNDLE_RECORD_BYTES: usize = 4 * 1024 * 1024;

/// How the content begins: what the bundle holds, and whose it is. It is followed by the mutations and then by the bytes of the
/// photos, both in order. This and each mutation are JSON after their length, a big-endian number of four bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundleHead {
    /// The phone.
    pub device: DeviceId,
    /// Its bearer token: the proof that the phone itself made this.
    pub token: String,
    /// When it was made, by the phone's clock.
    pub made_at: CapturedAt,
    /// How many mutations follow.
    pub mutations: u32,
    /// The photo files that follow them.
    pub photos: Vec<BundlePhoto>,
}

/// One photo file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BundlePhoto {
    /// Its name.
    pub sha256: Sha256Hex,
    /// Its bytes.
    pub size: u64,
}

/// The line with which a server signs its public key for bundles.
#[must_use]
pub fn bundle_key_line(key: &str) -> Line {
    canonical_hash(&json!({ "bundle_key": key }))
}

/// A server's own key for bundles.
pub struct BundleKey {
    private: PrivateKey,
    public: PublicKey,
}

impl std::fmt::Debug for BundleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BundleKey").field(&self.public()).finish()
    }
}

impl BundleKey {
    /// The key that grows from these random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let (private, public) = X25519HkdfSha256::derive_keypair(seed);
        Self { private, public }
    }

    /// What phones seal with: base64url without padding.
    #[must_use]
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.public.to_bytes())
    }

    /// Begins to read a bundle.
    ///
    /// # Errors
    /// [`ErrorCode::BundleDamaged`] where this is no head of a bundle, [`ErrorCode::BundleForeign`] where it was made for
    /// another server.
    pub fn open(&self, head: &[u8; BUNDLE_HEAD_BYTES]) -> Result<Opener, ErrorCode> {
        let (magic, rest) = head.split_at(MAGIC.len());
        let (name, agreed) = rest.split_at(KEY_NAME);
        if magic != MAGIC {
            return Err(ErrorCode::BundleDamaged);
        }
        if name != key_name(&self.public) {
            return Err(ErrorCode::BundleForeign);
        }
        let agreed = Encapped::from_bytes(agreed).map_err(|_odd| ErrorCode::BundleDamaged)?;
        let context = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &self.private,
            &agreed,
            MAGIC,
        )
        .map_err(|_odd| ErrorCode::BundleDamaged)?;
        Ok(Opener { context, ended: false })
    }
}

fn key_name(key: &PublicKey) -> [u8; KEY_NAME] {
    let hash = Sha256::digest(key.to_bytes());
    let mut name = [0; KEY_NAME];
    name.copy_from_slice(&hash[..KEY_NAME]);
    name
}

/// Reads the pieces of a bundle, in order.
pub struct Opener {
    context: AeadCtxR<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
    ended: bool,
}

impl Opener {
    /// Number of sealed bytes that follow a length.
    ///
    /// # Errors
    /// [`ErrorCode::BundleDamaged`] where no piece has that length, or the last one has been read.
    pub fn sealed_bytes(&self, length: [u8; PIECE_LENGTH_BYTES]) -> Result<usize, ErrorCode> {
        let bytes = usize::try_from(u32::from_be_bytes(length) & !LAST).unwrap_or(usize::MAX);
        if self.ended || !(TAG_BYTES..=PIECE_BYTES + TAG_BYTES).contains(&bytes) {
            return Err(ErrorCode::BundleDamaged);
        }
        Ok(bytes)
    }

    /// The content of a piece.
    ///
    /// # Errors
    /// [`ErrorCode::BundleDamaged`] where it is not as it was sealed, or not the next one.
    pub fn piece(&mut self, length: [u8; PIECE_LENGTH_BYTES], sealed: &[u8]) -> Result<Vec<u8>, ErrorCode> {
        let plain = self
            .context
            .open(sealed, &length)
            .map_err(|_odd| ErrorCode::BundleDamaged)?;
        self.ended = u32::from_be_bytes(length) & LAST != 0;
        Ok(plain)
    }

    /// True once the last piece has been read.
    #[must_use]
    pub const fn ended(&self) -> bool {
        self.ended
    }
}

/// Makes the pieces of a bundle.
pub struct Sealer {
    context: AeadCtxS<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>,
}

impl Sealer {
    /// Begins a bundle for the server with this public key. `secret` must be random and used for nothing else. Returns the
    /// head as well; nothing where the key is none.
    #[must_use]
    pub fn begin(key: &str, secret: [u8; 32]) -> Option<(Vec<u8>, Self)> {
        let bytes = URL_SAFE_NO_PAD.decode(key).ok()?;
        let public = PublicKey::from_bytes(&bytes).ok()?;
        let (agreed, context) = hpke::setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            MAGIC,
            &mut Given(secret),
        )
        .ok()?;
        let head = [MAGIC, &key_name(&public), &agreed.to_bytes()].concat();
        Some((head, Self { context }))
    }

    /// The next piece, ready to be written: its length and the sealed bytes. At most [`PIECE_BYTES`] of content.
    ///
    /// # Errors
    /// [`ErrorCode::TooLarge`] where there are more, or the bundle has grown beyond what one can hold.
    pub fn piece(&mut self, plain: &[u8], last: bool) -> Result<Vec<u8>, ErrorCode> {
        let bytes = u32::try_from(plain.len() + TAG_BYTES).map_err(|_odd| ErrorCode::TooLarge)?;
        if plain.len() > PIECE_BYTES {
            return Err(ErrorCode::TooLarge);
        }
        let length = (bytes | if last { LAST } else { 0 }).to_be_bytes();
        let sealed = self.context.seal(plain, &length).map_err(|_odd| ErrorCode::TooLarge)?;
        Ok([&length[..], &sealed].concat())
    }
}

/// Hands out the random bytes that it was given: randomness is an argument here.
struct Given([u8; 32]);

impl TryRng for Given {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Never the same bytes twice, however much is asked for.
    fn try_fill_bytes(&mut self, wanted: &mut [u8]) -> Result<(), Infallible> {
        for part in wanted.chunks_mut(32) {
            let now = self.0;
            part.copy_from_slice(&now[..part.len()]);
            self.0 = Sha256::digest(now).into();
        }
        Ok(())
    }
}

impl TryCryptoRng for Given {}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BundleKey {
        BundleKey::from_seed(&[3; 32])
    }

    fn made(pieces: &[&[u8]]) -> Vec<u8> {
        let (mut file, mut sealer) = Sealer::begin(&key().public(), [9; 32]).unwrap();
        for (n, piece) in pieces.iter().enumerate() {
            file.extend(sealer.piece(piece, n + 1 == pieces.len()).unwrap());
        }
        file
    }

    fn read(key: &BundleKey, file: &[u8]) -> Result<Vec<u8>, ErrorCode> {
        let damaged = ErrorCode::BundleDamaged;
        let (head, mut rest) = file.split_first_chunk::<BUNDLE_HEAD_BYTES>().ok_or(damaged)?;
        let mut opener = key.open(head)?;
        let mut plain = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<PIECE_LENGTH_BYTES>() {
            let bytes = opener.sealed_bytes(*length)?;
            let sealed = after.get(..bytes).ok_or(damaged)?;
            plain.extend(opener.piece(*length, sealed)?);
            rest = &after[bytes..];
        }
        if opener.ended() && rest.is_empty() {
            Ok(plain)
        } else {
            Err(damaged)
        }
    }

    #[test]
    fn a_bundle_comes_back_as_it_was() {
        let long = vec![7; PIECE_BYTES];
        assert_eq!(read(&key(), &made(&[&long, b"end"])), Ok([&long[..], b"end"].concat()));
        assert_eq!(read(&key(), &made(&[b""])), Ok(Vec::new()));
    }

    #[test]
    fn only_the_server_it_was_made_for_reads_it() {
        let other = BundleKey::from_seed(&[4; 32]);
        assert_eq!(read(&other, &made(&[b"secret"])), Err(ErrorCode::BundleForeign));
        assert!(Sealer::begin("no key", [0; 32]).is_none());
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_noticed() {
        let file = made(&[b"first", b"second", b"third"]);
        for end in 0..file.len() {
            assert_eq!(
                read(&key(), &file[..end]),
                Err(ErrorCode::BundleDamaged),
                "cut at {end}"
            );
        }
        for at in 0..file.len() {
            let mut flipped = file.clone();
            flipped[at] ^= 1;
            assert!(read(&key(), &flipped).is_err(), "flipped at {at}");
        }
        // Without the mark of the last piece a file that was cut between two pieces would pass: the control.
        let (mut unmarked, mut sealer) = Sealer::begin(&key().public(), [9; 32]).unwrap();
        for piece in [&b"first"[..], b"second"] {
            unmarked.extend(sealer.piece(piece, false).unwrap());
        }
        assert_eq!(read(&key(), &unmarked), Err(ErrorCode::BundleDamaged));
    }

    #[test]
    fn pieces_in_another_order_twice_or_too_many_are_noticed() {
        let (head, mut sealer) = Sealer::begin(&key().public(), [9; 32]).unwrap();
        let [one, two] = [b"one", b"two"].map(|piece| sealer.piece(piece, false).unwrap());
        let end = sealer.piece(b"end", true).unwrap();
        let put = |pieces: &[&[u8]]| read(&key(), &[&head[..], &pieces.concat()].concat());
        assert!(put(&[&one, &two, &end]).is_ok());
        for wrong in [
            &[&two[..], &one, &end][..],
            &[&one, &one, &two, &end],
            &[&one, &end],
            &[&one, &two, &end, &end],
        ] {
            assert_eq!(put(wrong), Err(ErrorCode::BundleDamaged));
        }
        assert_eq!(sealer.piece(&vec![0; PIECE_BYTES + 1], false), Err(ErrorCode::TooLarge));
    }
}
