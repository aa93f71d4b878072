//! The program that wrote a part of the journal, and the level of the rules it decided by.
//!
//! Recorded at the beginning of a journal, before the records of another version, and in every
//! snapshot. A replay follows it, so that no command is applied under other rules than it was
//! decided by.

use crate::journal::{Record as Kept, Sequence};
use crate::router::rules::RULES_LEVEL;
use crate::stored::stored;

use super::record::{self, Record, RecordError};

/// The running version.
pub const THIS: &str = env!("CARGO_PKG_VERSION");

/// A version of the daemon. Its stored form never changes and gains no field: every version must
/// be able to say who wrote what it refuses.
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
            version: THIS.into(),
        }
    }

    /// Before the first record of a journal, which names its program.
    pub fn unknown() -> Self {
        Self {
            rules_level: 0,
            version: "unknown".into(),
        }
    }

    /// Decodes a record that is about to be replayed. One decided under other rules than the
    /// running program's is refused before it is decoded, because its form may be another too.
    pub fn follow(&mut self, kept: &Kept<'_>) -> Result<Record, RecordError> {
        if self.rules_level != RULES_LEVEL && record::has_level(kept.kind) {
            return Err(self.refusal(kept.sequence));
        }
        self.read(kept)
    }

    /// Decodes a record that is not replayed, whatever rules it was decided by.
    pub fn read(&mut self, kept: &Kept<'_>) -> Result<Record, RecordError> {
        let record = Record::read(kept, self)?;
        if let Record::Program(program) = &record {
            *self = program.clone();
        }
        Ok(record)
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
                place: record::place(sequence),
                level,
                version,
            }
        }
    }

    /// The refusal of what this program wrote in a form that the running one does not read.
    pub fn unreadable(&self, place: String, cause: impl ToString) -> RecordError {
        RecordError::Unreadable {
            place,
            version: self.version.to_string(),
            cause: cause.to_string(),
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
    use super::super::record::{CONFIGURED, PROGRAM, program_bytes, write_configured};
    use super::*;
    use crate::router::ids::Name;
    use crate::stored;

    fn of_level(rules_level: u32) -> Program {
        Program {
            rules_level,
            version: "9.8.7".into(),
        }
    }

    fn follow(program: &mut Program, kind: u16, bytes: &[u8]) -> Result<(), RecordError> {
        let kept = Kept {
            sequence: 5,
            kind,
            bytes,
        };
        program.follow(&kept).map(|_| ())
    }

    fn configured() -> Vec<u8> {
        let mut bytes = Vec::new();
        write_configured(&mut bytes, &Name::of("t"), "{}");
        bytes
    }

    fn assert_says(refused: Result<(), RecordError>, parts: &[&str]) {
        let text = refused.expect_err("it is refused").to_string();
        for part in parts {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn records_of_other_rules_are_refused_before_they_are_decoded() {
        let mut program = Program::unknown();
        assert!(follow(&mut program, CONFIGURED, &configured()).is_err());
        for (level, word) in [
            (RULES_LEVEL - 1, "end it in order"),
            (RULES_LEVEL + 1, "newer"),
        ] {
            // A program that left no commands leaves nothing to replay.
            let named = program_bytes(&of_level(level));
            assert_eq!(follow(&mut program, PROGRAM, &named), Ok(()));
            let of_another_form: &[u8] = &[1, b't', 99];
            for bytes in [&configured(), of_another_form] {
                let refused = follow(&mut program, CONFIGURED, bytes);
                assert_says(refused, &["sequence 5", "9.8.7", word]);
            }
            let of_another_kind = follow(&mut program, 77, &[]);
            assert_says(of_another_kind, &["sequence 5", "9.8.7", word]);
        }
        let named = program_bytes(&of_level(RULES_LEVEL));
        assert_eq!(follow(&mut program, PROGRAM, &named), Ok(()));
        assert_eq!(follow(&mut program, CONFIGURED, &configured()), Ok(()));
    }

    #[test]
    fn a_record_of_the_same_rules_in_another_form_names_who_wrote_it() {
        for kind in [CONFIGURED, 77] {
            let refused = follow(&mut of_level(RULES_LEVEL), kind, &[1, b't', 99]);
            assert_says(refused, &["sequence 5", "9.8.7", "or a later one", THIS]);
        }
        // What names a program is not blamed on the one before.
        let refused = follow(&mut of_level(RULES_LEVEL), PROGRAM, &[99]);
        let text = refused.expect_err("it is refused").to_string();
        assert!(!text.contains("9.8.7"), "{text}");
    }

    #[test]
    fn early_builds_named_no_level() {
        for kind in [1, 2] {
            let sequence = 5;
            let refused = follow(&mut Program::unknown(), kind, &[]);
            assert_eq!(refused, Err(RecordError::Positional { sequence }));
        }
    }

    #[test]
    fn the_form_of_a_program_never_changes() {
        let bytes = [1, 200, 1, 2, 5, b'9', b'.', b'8', b'.', b'7', 0];
        assert_eq!(program_bytes(&of_level(200)), bytes);
        assert_eq!(stored::read(&bytes), Ok(of_level(200)));
    }

    #[test]
    fn a_state_of_older_rules_is_accepted() {
        assert_eq!(of_level(RULES_LEVEL - 1).check_state(), Ok(()));
        assert_eq!(Program::this().check_state(), Ok(()));
        assert!(of_level(RULES_LEVEL + 1).check_state().is_err());
    }
}
