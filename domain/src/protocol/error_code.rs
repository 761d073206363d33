//! Every error that crosses a boundary: a closed list of codes with typed details, never prose.
//! Each user interface has one table that turns a code into words.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;
use utoipa::ToSchema;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal),+ $(,)?) => {
        /// What went wrong. The HTTP status follows from the code.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[ts(export)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The HTTP status a server answers with when this code ends a request.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

error_codes! {
    /// The body is not what the endpoint expects (not JSON, wrong types, too deep).
    BadRequest = 400,
    /// Fields are missing or out of range; details list every problem as [`crate::Problem`].
    Invalid = 422,
    /// Not signed in, or the token is unknown.
    Unauthenticated = 401,
    /// The device was revoked. Unsent work stays on the phone.
    DeviceRevoked = 403,
    /// Signed in, but this role may not do that.
    Forbidden = 403,
    /// No such thing, or not visible to this role.
    NotFound = 404,
    /// The method is not allowed at this address.
    MethodNotAllowed = 405,
    /// The case has moved on; details carry `{now, state_rev}`. On a phone also: the draft changed while it was saved.
    Stale = 409,
    /// The action is not allowed in the case's state; details carry `{state, action}`.
    StateRefusesAction = 409,
    /// This dispatch was a ruling and cannot be returned.
    FinalDispatch = 409,
    /// Urgent: prove that the danger is contained before returning it.
    MakeSafeFirst = 409,
    /// This queue has returned the case before, or the return window is over.
    ReturnWindowOver = 409,
    /// At most two extensions.
    ExtensionsUsedUp = 409,
    /// An extension must be asked for before the due time.
    PastDue = 409,
    /// A mandatory assist order is still open.
    AssistOpen = 409,
    /// The ten minutes to withdraw are over.
    WithdrawWindowOver = 409,
    /// The fifteen days to reopen are over.
    ReopenWindowOver = 409,
    /// The author may not do this to their own work (a handler cannot check their own closure).
    SamePerson = 409,
    /// The wrong password or user name.
    WrongCredentials = 401,
    /// Too many tries; details carry `{retry_after_s}`.
    TooManyTries = 429,
    /// The server is busy; the caller waits as after any failure.
    Busy = 503,
    /// The one-time code is unknown, used or expired.
    CodeInvalid = 410,
    /// The one-time link is unknown, used or expired.
    LinkInvalid = 410,
    /// This user name is taken.
    LoginTaken = 409,
    /// The last administrator cannot lose that role.
    LastAdministrator = 409,
    /// The password is too short (fewer than 10 characters) or too common.
    PasswordWeak = 422,
    /// Larger than allowed; details carry `{limit}`.
    TooLarge = 413,
    /// Only `application/json` (or an image, where the page says so) is read here.
    UnsupportedMedia = 415,
    /// The body could not be decompressed, or expands too much.
    BadEncoding = 400,
    /// This protocol version is too old or too new; details carry `{min, max}`.
    ProtoUnsupported = 426,
    /// The device id in the body is not the one the token belongs to.
    DeviceMismatch = 403,
    /// The same mutation id came with a different body. The first answer stands.
    MutationIdConflict = 409,
    /// The kind or version of a mutation is not known to this server.
    MutationUnknown = 422,
    /// The mutation is about something outside the author's scope; the office sees it among the strays.
    OutOfScope = 403,
    /// The server met a fault of its own; the mutation is kept whole.
    Internal = 500,
    /// The upload's offset is wrong; details carry `{offset}`.
    OffsetMismatch = 409,
    /// The bytes do not hash to the name they were sent under; the upload starts again.
    HashMismatch = 422,
    /// The file is no bundle, or not as a phone wrote it: cut, changed or continued.
    BundleDamaged = 422,
    /// The bundle was made for another server, or by a phone that is none of this street.
    BundleForeign = 422,
    /// The phone has no key to seal a bundle with: it has not been in touch with the server since it was enrolled.
    BundleNoKey = 409,
    /// No mutation names this photo.
    BlobUnknown = 404,
    /// The server's disk is full.
    DiskFull = 507,
    /// The street takes nothing new until somebody has looked: its database was restored from an older copy, and phones
    /// have seen more than it has.
    ReadOnly = 503,
    /// The database belongs to a newer version.
    DatabaseNewer = 500,
    /// The database is damaged.
    DatabaseCorrupt = 500,
    /// The phone's storage is full.
    PhoneFull = 507,
    /// The phone could not write a file.
    PhoneWrite = 500,
    /// No network, or the server does not answer.
    Unreachable = 503,
    /// The answer did not come from our server (a captive portal, perhaps).
    NotOurServer = 502,
    /// The server's address is not usable: https is needed, or a private address.
    AddressRefused = 422,
    /// The phone is enrolled already.
    AlreadyEnrolled = 409,
    /// The phone is not enrolled.
    NotEnrolled = 409,
    /// Households are not shown on this phone: it was too long without contact, or the office locked it.
    HouseholdsLocked = 423,
    /// Sign-out is refused while anything is unsent; details carry `{unsent, photos, drafts}`.
    UnsentWork = 409,
    /// No QR code was found in the picture.
    QrNotFound = 422,
    /// The QR code is not an enrolment of Xunge.
    QrForeign = 422,
    /// The picture file is empty.
    PhotoEmpty = 422,
    /// The file is not a picture.
    PhotoNotAnImage = 422,
    /// This picture format cannot be decoded here; the original is kept.
    PhotoUndecodable = 422,
    /// The picture has more pixels than any camera makes; details carry `{width, height}`.
    PhotoTooManyPixels = 422,
    /// The picture is damaged beyond use.
    PhotoDamaged = 422,
    /// The map file is not a usable PMTiles archive of vector tiles.
    MapInvalid = 422,
    /// The app is locked: the PIN first.
    Locked = 423,
    /// The PIN is another one; details carry `{retry_after_s}`, 0 for at once.
    PinWrong = 401,
    /// The PIN is not six digits, or the first anybody would guess.
    PinWeak = 422,
    /// The key to what is on this phone is gone: its key store no longer knows it, or the key file is damaged.
    KeyLost = 500,
}

/// An error as it travels: `{"error": {"code": …, "details": …}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct WireError {
    /// The code.
    pub code: ErrorCode,
    /// Typed details; which ones, each code says.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    #[ts(type = "unknown")]
    pub details: Value,
}

/// The body of every failed request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ErrorBody {
    /// The error.
    pub error: WireError,
}

impl From<ErrorCode> for WireError {
    fn from(code: ErrorCode) -> Self {
        Self {
            code,
            details: Value::Null,
        }
    }
}

/// One thing wrong with something a person entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Problem {
    /// Path of the field, such as `photos.0.preview`.
    pub field: String,
    /// What is wrong with it.
    pub problem: ProblemKind,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ProblemKind {
    /// It is required.
    Missing,
    /// It is longer than allowed.
    TooLong,
    /// It is out of range.
    OutOfRange,
    /// It names something that does not exist.
    Unknown,
    /// It is not well formed.
    Malformed,
    /// There are too few of it.
    TooFew,
    /// There are too many of it.
    TooMany,
    /// It contradicts another field.
    Contradiction,
}
