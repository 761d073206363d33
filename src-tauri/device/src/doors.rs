//! The phone's doors: everything wrong that can come in, what is said about it in both languages, and that what the
//! person entered is still there afterwards. One module per door, each with a table.
//!
//! * [`capture`]: what a person writes.
//! * [`files`]: pictures, QR codes and maps a person picks, and the pieces in which they cross from the page.
//! * [`enrolment`]: address and code.
//! * [`answers`]: what comes back from the network.
//! * [`folder`]: the databases at the next start.

mod answers;
mod capture;
mod enrolment;
mod files;
mod folder;
#[path = "../../../tests/doors/words.rs"]
mod words;

use domain::protocol::{ErrorCode, WireError};
use words::assert_said;

#[test]
fn every_error_code_has_words_in_both_languages() {
    for code in ErrorCode::ALL {
        // Every detail that any code carries.
        let details = serde_json::json!({ "problems": [{ "field": "text", "problem": "missing" }], "now": "opened",
            "state_rev": 1, "state": "opened", "action": "accept", "retry_after_s": 1, "limit": 1, "min": 1, "max": 1,
            "offset": 1, "unsent": 1, "photos": 1, "drafts": 1, "width": 1, "height": 1, "line": 1, "column": 1 });
        assert_said(&WireError { code: *code, details });
    }
}
