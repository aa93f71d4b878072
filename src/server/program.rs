//! The program that wrote a part of the journal, and the level of the rules it decided by.
//!
//! Recorded at the beginning of a journal, before the records of another version, and in every
//! snapshot. A replay follows it, so that no command is applied under other rules than it was
//! decided by.

use crate::journal::Sequence;
use crate::router::rules::RULES_LEVEL;
use crate::stored::stored;

use super::record::{Record, RecordError};

/// A version of the daemon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    pub rules_level: u32,
    pub version: Box<str>,
}

stored! { Program { 1 rules_level, 2 version } }

impl Program {
    /// The running program.
    pub fn this() -> Self {
        Self {
            rules_level: RULES_LEVEL,
            version: env!("CARGO_PKG_VERSION").into(),
        }
    }

    /// Before the first record of a journal, which names its program.
    pub fn unknown() -> Self {
        Self {
            rules_level: 0,
            version: "unknown".into(),
        }
    }

    /// Checks a record that is about to be replayed, and refuses one decided under other rules than
    /// the running program's.
    pub fn follow(&mut self, sequence: Sequence, record: &Record) -> Result<(), RecordError> {
        match record {
            Record::Program(program) => *self = program.clone(),
            Record::Command { .. } | Record::Configured { .. } => {
                if self.rules_level != RULES_LEVEL {
                    return Err(self.refusal(sequence));
                }
            }
        }
        Ok(())
    }

    fn refusal(&self, sequence: Sequence) -> RecordError {
        let (level, version) = (self.rules_level, self.version.to_string());
        if level < RULES_LEVEL {
            RecordError::OlderRules {
                sequence,
                level,
                version,
            }
        } else {
            RecordError::NewerRules {
                place: format!("journal sequence {sequence}"),
                level,
                version,
            }
        }
    }

    /// Whether the running program can continue its state: any state of an older level will do.
    pub fn check_state(&self) -> Result<(), RecordError> {
        if self.rules_level <= RULES_LEVEL {
            return Ok(());
        }
        Err(RecordError::NewerRules {
            place: "the snapshot".to_owned(),
            level: self.rules_level,
            version: self.version.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::ids::Name;

    fn configured() -> Record {
        Record::Configured {
            tenant: Name::of("t"),
            json: "{}".to_owned(),
        }
    }

    fn of_level(rules_level: u32) -> Record {
        Record::Program(Program {
            rules_level,
            version: "9.8.7".into(),
        })
    }

    #[test]
    fn records_of_other_rules_are_refused() {
        let mut program = Program::unknown();
        assert!(program.follow(1, &configured()).is_err());
        // A program that left no commands leaves nothing to replay.
        assert_eq!(program.follow(1, &of_level(RULES_LEVEL + 1)), Ok(()));
        assert_eq!(program.follow(2, &of_level(RULES_LEVEL)), Ok(()));
        assert_eq!(program.follow(3, &configured()), Ok(()));
        for (level, word) in [
            (RULES_LEVEL - 1, "end it in order"),
            (RULES_LEVEL + 1, "newer"),
        ] {
            assert_eq!(program.follow(4, &of_level(level)), Ok(()));
            let refusal = program.follow(5, &configured()).expect_err("other rules");
            let text = refusal.to_string();
            for part in ["sequence 5", "9.8.7", word] {
                assert!(text.contains(part), "{text}");
            }
        }
    }

    #[test]
    fn a_state_of_older_rules_is_accepted() {
        let of = |rules_level| Program {
            rules_level,
            version: "9.8.7".into(),
        };
        assert_eq!(of(RULES_LEVEL - 1).check_state(), Ok(()));
        assert_eq!(Program::this().check_state(), Ok(()));
        assert!(of(RULES_LEVEL + 1).check_state().is_err());
    }
}
