//! Values on their way to and from PostgreSQL.

use std::borrow::Cow;
use std::error::Error;

use ::postgres::Row;
use ::postgres::types::private::BytesMut;
use ::postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::Value;

impl ToSql for Value {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(number) => match *kind {
                Type::INT8 => number.to_sql(kind, out),
                Type::INT4 => i32::try_from(*number)?.to_sql(kind, out),
                Type::INT2 => i16::try_from(*number)?.to_sql(kind, out),
                _ => Err(format!("a whole number for {kind}").into()),
            },
            Self::Real(number) if *kind == Type::FLOAT8 => number.to_sql(kind, out),
            Self::Text(text) if <&str as ToSql>::accepts(kind) => storable(text).to_sql(kind, out),
            Self::Bytes(bytes) if *kind == Type::BYTEA => bytes.to_sql(kind, out),
            Self::Real(_) => Err(format!("a fraction for {kind}").into()),
            Self::Text(_) => Err(format!("text for {kind}").into()),
            Self::Bytes(_) => Err(format!("bytes for {kind}").into()),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// PostgreSQL stores every character but U+0000. Whoever typed one sees that something was there.
pub(super) fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// A column by its name.
pub(crate) fn named(row: &Row, name: &str) -> Option<Value> {
    column(row, row.columns().iter().position(|column| column.name() == name)?)
}

/// A column by its place in the row.
pub(crate) fn column(row: &Row, place: usize) -> Option<Value> {
    let found = match *row.columns().get(place)?.type_() {
        Type::INT8 => row.try_get::<_, Option<i64>>(place).ok()?.map(Value::Int),
        Type::INT4 => row
            .try_get::<_, Option<i32>>(place)
            .ok()?
            .map(|number| Value::Int(number.into())),
        Type::INT2 => row
            .try_get::<_, Option<i16>>(place)
            .ok()?
            .map(|number| Value::Int(number.into())),
        Type::BOOL => row
            .try_get::<_, Option<bool>>(place)
            .ok()?
            .map(|flag| Value::Int(flag.into())),
        Type::FLOAT8 => row.try_get::<_, Option<f64>>(place).ok()?.map(Value::Real),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(place).ok()?.map(Value::Bytes),
        _ => row.try_get::<_, Option<String>>(place).ok()?.map(Value::Text),
    };
    Some(found.unwrap_or(Value::Null))
}
