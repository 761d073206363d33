//! Values that go into and come out of SQL, the same on every engine.

use domain::{
    Bucket, CapturedAt, CaseId, CategoryId, CommunityId, DeviceId, Epoch, GridId, HouseholdId, MutationId, NeedId,
    OrderId, QueueId, ReceivedAt, ReportId, ResidentId, Sha256Hex, StreetId, UserId, VisitId,
};
use serde::Serialize;
use uuid::Uuid;

use super::StoreError;

/// A parameter or a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number; also flags (0 or 1) and milliseconds.
    Int(i64),
    /// A fraction.
    Real(f64),
    /// Text; also ids and JSON.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// The parameters of one statement: `args![street, id, 3]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}

/// A row for an insert: `row![street, id, 3]`.
#[macro_export]
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::store::Value::from($value)),*] };
}

/// JSON text of anything serialisable, for a column.
///
/// # Errors
/// [`StoreError::Json`] when it has no JSON form.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Value, StoreError> {
    Ok(Value::Text(serde_json::to_string(value)?))
}

/// The wire name of a field-less enum, for a column.
///
/// # Errors
/// [`StoreError::Json`] when it is not a plain name.
pub fn code<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    let name = serde_json::to_value(value)?;
    name.as_str()
        .map(str::to_owned)
        .ok_or_else(|| StoreError::Column("code".to_owned()))
}

/// The wire name of a field-less enum or null, for a column.
///
/// # Errors
/// As [`code`].
pub fn opt_code<T: Serialize>(value: Option<&T>) -> Result<Option<String>, StoreError> {
    value.map(code).transpose()
}

/// What can be read from a column.
pub trait FromColumn: Sized {
    /// The value, or nothing when the column holds something else.
    fn from_column(value: Value) -> Option<Self>;
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value) -> Option<Self> {
        if value == Value::Null {
            Some(None)
        } else {
            T::from_column(value).map(Some)
        }
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

fn integer(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value {
        Some(*number)
    } else {
        None
    }
}

fn text(value: Value) -> Option<String> {
    if let Value::Text(text) = value {
        Some(text)
    } else {
        None
    }
}

macro_rules! whole_numbers {
    ($($kind:ty),+) => {$(
        impl From<$kind> for Value {
            fn from(number: $kind) -> Self {
                Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
        impl FromColumn for $kind {
            fn from_column(value: Value) -> Option<Self> {
                integer(&value).and_then(|number| number.try_into().ok())
            }
        }
    )+};
}
whole_numbers!(i64, u64, u32, i32, u16, u8, usize);

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl FromColumn for bool {
    fn from_column(value: Value) -> Option<Self> {
        integer(&value).map(|number| number != 0)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl FromColumn for f64 {
    fn from_column(value: Value) -> Option<Self> {
        if let Value::Real(number) = value {
            Some(number)
        } else {
            None
        }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl FromColumn for String {
    fn from_column(value: Value) -> Option<Self> {
        text(value)
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

impl FromColumn for Vec<u8> {
    fn from_column(value: Value) -> Option<Self> {
        if let Value::Bytes(bytes) = value {
            Some(bytes)
        } else {
            None
        }
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl FromColumn for Uuid {
    fn from_column(value: Value) -> Option<Self> {
        text(value)?.parse().ok()
    }
}

macro_rules! uuid_columns {
    ($($id:ty),+) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Text(id.to_string())
            }
        }
        impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::Text(id.to_string())
            }
        }
        impl FromColumn for $id {
            fn from_column(value: Value) -> Option<Self> {
                text(value)?.parse().ok()
            }
        }
    )+};
}
uuid_columns!(
    ReportId,
    CaseId,
    OrderId,
    HouseholdId,
    ResidentId,
    VisitId,
    NeedId,
    MutationId,
    DeviceId,
    UserId,
    Epoch
);

macro_rules! text_columns {
    ($($id:ident),+) => {$(
        impl From<$id> for Value {
            fn from(id: $id) -> Self {
                Self::Text(id.0)
            }
        }
        impl From<&$id> for Value {
            fn from(id: &$id) -> Self {
                Self::Text(id.0.clone())
            }
        }
        impl FromColumn for $id {
            fn from_column(value: Value) -> Option<Self> {
                text(value).map($id)
            }
        }
    )+};
}
text_columns!(StreetId, CommunityId, GridId, QueueId, CategoryId, Bucket, Sha256Hex);

macro_rules! instants {
    ($($kind:ident),+) => {$(
        impl From<$kind> for Value {
            fn from(at: $kind) -> Self {
                Self::Int(at.0)
            }
        }
        impl FromColumn for $kind {
            fn from_column(value: Value) -> Option<Self> {
                integer(&value).map($kind)
            }
        }
    )+};
}
instants!(CapturedAt, ReceivedAt);
