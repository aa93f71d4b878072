//! The layers of `src/router` and `src/server`: who may name whom.
//!
//! A room of the router is a folder; it may name itself and the rooms below it. The files beside
//! the rooms are its doors and may name every room. A call of a method of `Router` or `Book` counts
//! as naming, because rooms share these structs. The server's layers are groups of its modules.

use std::collections::{BTreeMap, BTreeSet};

use super::{code, report, rust_files};

/// The rooms of the router, from the lowest, each with those that it may name.
const ROOMS: &[(&str, &[&str])] = &[
    ("api", &[]),
    ("store", &["api"]),
    ("state", &["store", "api"]),
    ("decide", &["state", "store", "api"]),
    ("look", &["decide", "state", "store", "api"]),
    ("act", &["decide", "state", "store", "api"]),
];

/// Items of `src/router/mod.rs`, and the rooms that may name them.
const OF_THE_DOOR: &[(&str, &[&str])] = &[("Router", &["act"]), ("Subject", &["look", "act"])];

/// The rooms that only have a `&Book` and so change nothing.
const READING: &[&str] = &["decide", "look"];

/// The server's modules, from the lowest layer; those of a layer may name each other.
const SERVER: &[&[&str]] = &[
    &[
        "clock",
        "record",
        "program",
        "images",
        "error",
        "threads",
        "record_buffer",
        "ring",
        "recent",
        "access",
        "end",
        "bucket",
        "descriptors",
        "figures",
        "pieces",
        "replies",
    ],
    &["metrics"],
    &["tenant", "cell"],
    &[
        "audit",
        "held",
        "keeper",
        "places",
        "rates",
        "tenant_ledger",
        "work",
    ],
    &["hub"],
    &[
        "configure",
        "removals",
        "disk",
        "history",
        "ledger",
        "opening",
        "recovery",
        "reload",
        "compare",
        "room",
        "scrape",
        "snapshots",
        "status",
        "stored",
        "timers",
        "upkeep",
    ],
    &[
        "calls",
        "conversation",
        "feed",
        "agent_scope",
        "platform_scope",
        "revocation",
        "rights",
    ],
    &["accept", "connection", "listen", "outbox", "http"],
    &["running"],
];

/// The code of a file without comments and tests.
fn body(text: &str) -> String {
    let code = code(text);
    code.split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// The first segments that continue a path: one, or those of a group in braces.
fn heads(after: &str) -> Vec<&str> {
    let Some(group) = after.strip_prefix('{') else {
        return vec![word(after)];
    };
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut from = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                heads.push(word(group[from..at].trim_start()));
                from = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

/// What a file names of `base`, by its full path or by `ups` times `super`.
fn named<'a>(body: &'a str, base: &str, ups: usize) -> BTreeSet<&'a str> {
    let up = "super::".repeat(ups);
    let mut found = BTreeSet::new();
    for start in [base, &up] {
        for (at, _) in body.match_indices(start) {
            let before = body[..at].chars().next_back();
            if before.is_none_or(|c| c != ':' && c != '_' && !c.is_alphanumeric()) {
                found.extend(heads(&body[at + start.len()..]));
            }
        }
    }
    found.remove("super");
    found
}

/// The `impl Router` and `impl Book` blocks of a file.
fn impls(body: &str) -> String {
    let mut inside = false;
    let lines = body.lines().filter(|line| {
        match *line {
            "impl Router {" | "impl Book {" => inside = true,
            "}" => inside = false,
            _ => {}
        }
        inside
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn methods(impls: &str) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut starts = impls.match_indices("fn ").map(|(at, _)| &impls[at + 3..]);
    starts.by_ref().for_each(|start| {
        let name = word(start);
        let head = start.split(['{', ';']).next().unwrap_or_default();
        if start[name.len()..].starts_with(['(', '<']) {
            found.push((name, head.contains("&mut self")));
        }
    });
    found
}

/// The methods of the router and of its book that a file calls.
fn calls(impls: &str) -> BTreeSet<String> {
    // Join chained calls into one line.
    let words: Vec<&str> = impls.split_whitespace().collect();
    let impls = words.join(" ").replace(" .", ".");
    let mut found = BTreeSet::new();
    for receiver in ["self.book", "router.book", "self", "router", "Self", "Book"] {
        for (at, _) in impls.match_indices(receiver) {
            let before = impls[..at].chars().next_back();
            if before.is_some_and(|c| c == '_' || c == '.' || c.is_alphanumeric()) {
                continue;
            }
            let after = &impls[at + receiver.len()..];
            // Without parentheses it is a field, or a function passed on.
            let (after, is_path) = match (after.strip_prefix("::"), after.strip_prefix('.')) {
                (Some(after), _) => (after, true),
                (None, Some(after)) => (after, false),
                (None, None) => continue,
            };
            let name = word(after);
            if is_path || after[name.len()..].starts_with('(') {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

struct File {
    name: String,
    /// The folder under `src/router`; none for a door.
    room: Option<String>,
    depth: usize,
    body: String,
    impls: String,
}

fn router() -> Vec<File> {
    let file = |(name, text): (String, String)| {
        let body = body(&text);
        let under = name["src/router/".len()..].to_owned();
        let depth = under.matches('/').count();
        File {
            room: (depth > 0).then(|| word(&under).to_owned()),
            // `mod.rs` stands for its folder.
            depth: depth + usize::from(!under.ends_with("mod.rs")),
            impls: impls(&body),
            body,
            name,
        }
    };
    rust_files("src/router").into_iter().map(file).collect()
}

/// Fails with those who name something above or beside them.
fn refuse(found: &BTreeSet<(String, String)>) {
    let fault = |(from, to): &(String, String)| {
        format!("{from}: names {to}, which stands above or beside it")
    };
    let faults: Vec<String> = found.iter().map(fault).collect();
    report(&faults);
}

#[test]
fn rooms_of_the_router_name_only_those_below() {
    let files = router();
    let mut rooms_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in &files {
        for (method, _) in methods(&file.impls) {
            let room = file.room.as_deref().unwrap_or("door");
            rooms_of.entry(method).or_default().insert(room);
        }
    }
    let mut found = BTreeSet::new();
    let mut faults = Vec::new();
    for file in &files {
        let Some(room) = file.room.as_deref() else {
            continue;
        };
        let Some((_, below)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            faults.push(format!("{}: {room} is no room of the list", file.name));
            continue;
        };
        let may = |to: &str| to == room || below.contains(&to);
        for head in named(&file.body, "crate::router::", file.depth) {
            let of_the_door = OF_THE_DOOR.iter().find(|(name, _)| *name == head);
            let allowed = of_the_door.map_or(may(head), |(_, rooms)| rooms.contains(&room));
            if !allowed {
                found.insert((file.name.clone(), head.to_owned()));
            }
        }
        for call in calls(&file.impls) {
            let defined = rooms_of.get(call.as_str());
            if defined.is_some_and(|rooms| !rooms.iter().any(|to| may(to))) {
                found.insert((file.name.clone(), call));
            }
        }
    }
    report(&faults);
    refuse(&found);
}

#[test]
fn every_form_of_naming_is_found() {
    let group = "use crate::router::{Router, act::settle, api::{ids, time}};";
    let seen = named(group, "crate::router::", 2);
    assert_eq!(Vec::from_iter(seen), ["Router", "act", "api"]);
    let inline = "let n = super::super::act::due::N; // self\n let m = super::judge::M;";
    assert_eq!(Vec::from_iter(named(inline, "crate::router::", 2)), ["act"]);
    let body = "impl Router {\n    fn a<T>(\n        &mut self,\n    ) {\n        self.work.push(self\n            .book\n            .settle());\n    }\n}\n";
    assert_eq!(methods(&impls(body)), [("a", true)]);
    assert_eq!(Vec::from_iter(calls(&impls(body))), ["settle"]);
}

#[test]
fn decide_and_look_change_nothing() {
    let mut faults = Vec::new();
    for file in router() {
        if !file
            .room
            .as_deref()
            .is_some_and(|room| READING.contains(&room))
        {
            continue;
        }
        for (method, changes) in methods(&file.impls) {
            if changes {
                faults.push(format!("{}: {method} takes &mut self", file.name));
            }
        }
        if file.body.contains("&mut Book") {
            faults.push(format!("{}: names &mut Book", file.name));
        }
    }
    report(&faults);
}

/// What replaces a whole entity of the book, its private fields included: an assignment through
/// `*…_mut(…)`, or a move out of one.
fn replacements(body: &str) -> Vec<String> {
    let words: Vec<&str> = body.split_whitespace().collect();
    let code = words.join(" ").replace(" .", ".");
    let replaces = |statement: &&str| {
        let assigned = statement.split_once(" = ").map_or("", |(to, _)| to);
        let assigns = assigned.starts_with('*') && assigned.contains("_mut(");
        let moves = ["mem::take(", "mem::replace(", "mem::swap("]
            .iter()
            .any(|call| {
                let given = statement.split(call).skip(1);
                given
                    .into_iter()
                    .any(|given| given.starts_with("self.book."))
            });
        assigns || moves
    };
    let statements = code.split([';', '{', '}']).map(str::trim);
    statements.filter(replaces).map(str::to_owned).collect()
}

#[test]
fn acts_replace_no_entity_whole() {
    let mut faults = Vec::new();
    for file in router() {
        if file.room.as_deref() == Some("act") {
            let found = replacements(&file.body);
            faults.extend(found.iter().map(|one| format!("{}: {one}", file.name)));
        }
    }
    report(&faults);
}

#[test]
fn replacements_are_found() {
    let one = "fn f() {\n    *self\n        .book\n        .case_mut(n) = Case::new(a);\n}";
    assert_eq!(replacements(one).len(), 1);
    let other = "{ let old = std::mem::take(self.book.progress_mut(n)); }";
    assert_eq!(replacements(other).len(), 1);
    let fields = "{ self.book.case_mut(n).at = at; *count = take(&mut self.book.case_mut(n).at); }";
    assert!(replacements(fields).is_empty());
}

#[test]
fn modules_of_the_server_name_only_those_below() {
    let layer_of = |module: &str| SERVER.iter().position(|layer| layer.contains(&module));
    let mut found = BTreeSet::new();
    let mut faults = Vec::new();
    for (name, text) in rust_files("src/server") {
        let under = &name["src/server/".len()..];
        let module = word(under);
        if under == "mod.rs" {
            continue;
        }
        let Some(layer) = layer_of(module) else {
            faults.push(format!("{name}: {module} stands in no layer"));
            continue;
        };
        let depth = under.matches('/').count() + usize::from(!under.ends_with("mod.rs"));
        for head in named(&body(&text), "crate::server::", depth) {
            if layer_of(head).is_some_and(|of| of > layer) {
                found.insert((module.to_owned(), head.to_owned()));
            }
        }
    }
    report(&faults);
    refuse(&found);
}
