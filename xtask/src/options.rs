//! Command line options: `--flag` and `--name value`, nothing else.

use crate::command::Stop;

/// What stood on the command line.
#[derive(Debug, Default)]
pub(crate) struct Options {
    flags: Vec<String>,
    values: Vec<(String, String)>,
}

impl Options {
    /// Reads `arguments`; anything that is neither one of `flags` nor one of `named` is refused.
    pub(crate) fn parse(arguments: &[String], flags: &[&str], named: &[&str]) -> Result<Self, Stop> {
        let mut options = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            if inline.is_none() && flags.contains(&name) {
                options.flags.push(name.to_owned());
            } else if named.contains(&name) {
                let value = inline.or_else(|| rest.next().cloned());
                let value = value.ok_or_else(|| Stop(format!("{name} needs a value.")))?;
                options.values.push((name.to_owned(), value));
            } else {
                return Err(Stop(format!(
                    "\"{argument}\" is not an option here. `cargo xtask help` lists them."
                )));
            }
        }
        Ok(options)
    }

    /// True when the flag was given.
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }

    /// Every value given for `name`.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values
            .iter()
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_named_option_takes_its_value_in_both_spellings() {
        let options = Options::parse(&words("--only fmt --only=clippy"), &[], &["--only"]).unwrap();
        assert_eq!(options.all("--only").collect::<Vec<_>>(), ["fmt", "clippy"]);
    }

    #[test]
    fn an_unknown_option_is_refused_with_its_name() {
        let Stop(why) = Options::parse(&words("--fast"), &["--list"], &[]).unwrap_err();
        assert!(why.contains("--fast"), "{why}");
    }

    #[test]
    fn an_option_without_its_value_is_refused() {
        assert!(Options::parse(&words("--port"), &[], &["--port"]).is_err());
    }
}
