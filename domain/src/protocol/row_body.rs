//! The body of a row on its way: JSON text that nobody takes apart who only hands it on.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// JSON text. What the sender wrote is kept to the letter, unknown fields too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowBody(Box<RawValue>);

impl RowBody {
    /// The text of a row.
    ///
    /// # Errors
    /// When the row has no JSON form.
    pub fn of<T: Serialize + ?Sized>(row: &T) -> serde_json::Result<Self> {
        to_raw_value(row).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.0.get()
    }

    /// The row, or as much of it as `T` names.
    ///
    /// # Errors
    /// When the row is another one.
    pub fn read<T: DeserializeOwned>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.text())
    }
}

/// The same text.
impl PartialEq for RowBody {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl From<Value> for RowBody {
    fn from(value: Value) -> Self {
        // A value prints as JSON, always.
        Self(RawValue::from_string(value.to_string()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::protocol::{Row, RowType};

    #[test]
    fn a_body_travels_to_the_letter() {
        let text = r#"{"type":"queue","id":"q","rev":7,"data":{"z" : 1.50,"a":[ ]}}"#;
        let row: Row = serde_json::from_str(text).unwrap();
        assert_eq!((row.kind, row.data.text()), (RowType::Queue, r#"{"z" : 1.50,"a":[ ]}"#));
        assert_eq!(serde_json::to_string(&row).unwrap(), text);
        assert_eq!(row.data.read::<Value>().unwrap(), json!({ "a": [], "z": 1.5 }));
    }

    #[test]
    fn what_is_no_json_is_no_body() {
        assert!(serde_json::from_str::<Row>(r#"{"type":"queue","id":"q","rev":7,"data":{]}"#).is_err());
    }
}
