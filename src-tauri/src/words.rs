//! The few words this shell says itself: titles of notifications. Everything else is said by the page.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use device::view::Language;
use domain::CategoryId;

type Table = BTreeMap<String, String>;

static ZH_CN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../messages/zh-CN.json")));
static EN: LazyLock<Table> = LazyLock::new(|| read(include_str!("../messages/en.json")));

fn read(text: &str) -> Table {
    serde_json::from_str(text).expect("the message files are compiled in, and a test reads both")
}

/// The words of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words(Language);

impl Words {
    /// The words of `language`.
    pub(crate) fn of(language: Language) -> Self {
        Self(language)
    }

    /// The text for `key`; the key itself when there is none.
    pub(crate) fn say(self, key: &str) -> String {
        let table = match self.0 {
            Language::ZhCn => &*ZH_CN,
            Language::En => &*EN,
        };
        table.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    /// What a category is called.
    pub(crate) fn category(self, id: &CategoryId) -> Option<String> {
        domain::catalog::category(id).map(|category| match self.0 {
            Language::ZhCn => category.zh.to_owned(),
            Language::En => category.en.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_the_same_things() {
        assert!(!ZH_CN.is_empty());
        assert_eq!(ZH_CN.keys().collect::<Vec<_>>(), EN.keys().collect::<Vec<_>>());
        assert!(ZH_CN.values().chain(EN.values()).all(|text| !text.trim().is_empty()));
    }

    #[test]
    fn every_notice_has_words() {
        for key in ["notice.returned", "notice.rejected", "notice.resolved"] {
            assert_ne!(Words::of(Language::ZhCn).say(key), key);
            assert_ne!(Words::of(Language::En).say(key), key);
        }
    }
}
