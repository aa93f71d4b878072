//! `docs/protocol.md` has every method, parameter, event, limit and word, and
//! `docs/routing-rules.md` the rule of each field and step.

use firsthand::fields::{Field, Type};
use firsthand::router::codes;
use firsthand::router::event::OfferReason;
use firsthand::router::event::TYPES;
use firsthand::router::reject::RejectKind;
use firsthand::wire::method::METHODS;

const PROTOCOL: &str = include_str!("../../docs/protocol.md");
const RULES: &str = include_str!("../../docs/routing-rules.md");

/// Whether the word is in backquotes, alone or within a short piece of code.
fn is_named(word: &str) -> bool {
    PROTOCOL.split('`').skip(1).step_by(2).any(|code| {
        code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .any(|part| part == word || part.ends_with(&format!(".{word}")))
    })
}

#[test]
fn every_name_is_documented() {
    let mut missing: Vec<String> = Vec::new();
    let mut need = |word: &str| {
        if !is_named(word) {
            missing.push(word.to_owned());
        }
    };
    for method in METHODS {
        need(method.name);
        params(method.params.all, &mut need);
    }
    for word in words() {
        need(word);
    }
    for kind in RejectKind::ALL {
        need(kind.as_str());
    }
    for limit in ["line_bytes_max", "batch_calls_max", "depth_max"] {
        need(limit);
    }
    assert!(missing.is_empty(), "docs/protocol.md lacks {missing:?}");
}

fn params(declared: &[Field], need: &mut impl FnMut(&str)) {
    for param in declared {
        need(param.name);
        let mut kind = &param.kind;
        while let Type::List(inner, _) | Type::Map(inner, _) | Type::Limit(inner) = kind {
            kind = inner;
        }
        if let Type::Object(members) = kind {
            params(members.all, need);
        }
    }
}

fn words() -> Vec<&'static str> {
    let mut words = vec![
        OfferReason::TakenByOther.as_str(),
        OfferReason::ContactGone.as_str(),
        OfferReason::AgentGone.as_str(),
        OfferReason::Rerouted.as_str(),
    ];
    for more in [
        TYPES,
        codes::AgentKind::WORDS,
        codes::Presence::WORDS,
        codes::AgentState::WORDS,
        codes::ContactState::WORDS,
        codes::Outcome::WORDS,
        codes::DeclineReason::WORDS,
        codes::Route::WORDS,
        codes::Strategy::WORDS,
        codes::OwnershipMode::WORDS,
        codes::Fallback::WORDS,
        codes::OwnershipKey::WORDS,
        codes::Pick::WORDS,
        codes::Widen::WORDS,
        codes::OverflowAction::WORDS,
        codes::TransferMode::WORDS,
        codes::CaseState::WORDS,
        codes::Why::WORDS,
        codes::Verdict::WORDS,
        codes::Rule::WORDS,
        codes::DeadlineVerdict::WORDS,
        codes::WaitOn::WORDS,
        codes::WaitEnd::WORDS,
        codes::FollowUpResult::WORDS,
        codes::Role::WORDS,
        codes::EscalationReason::WORDS,
    ] {
        words.extend(more);
    }
    words
}

/// The document's table of methods has the kind and roles of each, as in the code.
#[test]
fn the_roles_are_documented() {
    use firsthand::wire::method::{Kind, Role};
    for method in METHODS {
        let kind = match method.kind {
            Kind::Mutation => 'm',
            Kind::Query => 'q',
            Kind::Server => 's',
        };
        let letters: String = [
            (Role::Platform, 'P'),
            (Role::Agent, 'A'),
            (Role::Supervisor, 'S'),
            (Role::Ops, 'O'),
        ]
        .into_iter()
        .filter(|(role, _)| method.allows(*role))
        .map(|(_, letter)| letter)
        .collect();
        let entry = format!("`{}` {kind} {letters}", method.name);
        let entry = entry.trim_end();
        let found = PROTOCOL.lines().any(|line| {
            line.split_once(entry)
                .is_some_and(|(_, rest)| rest.starts_with([' ', ':']))
        });
        assert!(found, "docs/protocol.md lacks {entry:?}");
    }
}

/// A section of the document of the rules, by its title.
fn rules_section(title: &str) -> &'static str {
    let after = RULES.split_once(&format!("\n## {title}\n"));
    let (_, after) = after.unwrap_or_else(|| panic!("docs/routing-rules.md: no \"{title}\""));
    after.split("\n## ").next().unwrap_or_default()
}

/// Every field of a policy, every setting and every rule word of an explanation is listed under its
/// rule, or under those that decide nothing.
#[test]
fn every_field_and_step_has_its_rule() {
    let mut missing = Vec::new();
    let mut need = |section: &str, word: &str| {
        if !rules_section(section).contains(&format!("`{word}`")) {
            missing.push(format!("{section}: {word}"));
        }
    };
    for (method, section) in [
        ("queue.set", "Queue policy"),
        ("settings.set", "Settings of the tenant"),
    ] {
        let method = METHODS.iter().find(|known| known.name == method);
        let declared = method.expect("the method").params.all.iter();
        for param in declared.filter(|param| !["queue", "key"].contains(&param.name)) {
            match &param.kind {
                Type::Object(members) if param.name == "ownership" => {
                    for member in members.all {
                        need(section, &format!("ownership.{}", member.name));
                    }
                }
                _whole => need(section, param.name),
            }
        }
    }
    for word in codes::Rule::WORDS {
        need("What an explanation names", word);
    }
    assert!(
        missing.is_empty(),
        "docs/routing-rules.md lacks {missing:?}"
    );
}
