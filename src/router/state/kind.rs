//! The kinds of a tenant, by number. A set of rules is kept as long as a case uses it.

use crate::router::api::ids::Name;
use crate::router::api::kind::KindRules;
use crate::stored::{as_inner, stored};

/// The number of a set of rules. Numbers of unused rules are reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindIdx(pub u32);

as_inner! { KindIdx(u32) }

/// One version of a kind.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: Name,
    pub rules: KindRules,
    /// New cases of this kind use these rules.
    pub current: bool,
    /// Cases that use them.
    pub cases: u32,
}

stored! { Kind { 1 name, 2 rules, 3 current, 4 cases } }

/// The kinds of a tenant.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    pub slots: Vec<Option<Kind>>,
}

stored! { Kinds { 1 slots } }

impl Kinds {
    pub fn find(&self, name: &Name) -> Option<KindIdx> {
        let is = |kind: &Option<Kind>| kind.as_ref().is_some_and(|k| k.current && k.name == *name);
        let at = self.slots.iter().position(is)?;
        Some(KindIdx(at as u32))
    }

    pub fn get(&self, idx: KindIdx) -> &Kind {
        let kind = self.slots[idx.0 as usize].as_ref();
        kind.expect("rules that a case keeps are kept")
    }

    fn get_mut(&mut self, idx: KindIdx) -> &mut Kind {
        let kind = self.slots[idx.0 as usize].as_mut();
        kind.expect("rules that a case keeps are kept")
    }

    /// The rules for new cases.
    pub fn current(&self) -> impl Iterator<Item = &Kind> {
        self.slots.iter().flatten().filter(|kind| kind.current)
    }

    pub fn insert(&mut self, kind: Kind) -> KindIdx {
        let free = self.slots.iter().position(Option::is_none);
        let at = free.unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() - 1
        });
        self.slots[at] = Some(kind);
        KindIdx(at as u32)
    }

    pub fn take(&mut self, idx: KindIdx) {
        self.get_mut(idx).cases += 1;
    }

    /// A case no longer uses the rules.
    pub fn release(&mut self, idx: KindIdx) {
        let kind = self.get_mut(idx);
        kind.cases -= 1;
        if kind.cases == 0 && !kind.current {
            self.slots[idx.0 as usize] = None;
        }
    }

    /// New cases no longer use the rules.
    pub fn retire(&mut self, idx: KindIdx) {
        let kind = self.get_mut(idx);
        kind.current = false;
        if kind.cases == 0 {
            self.slots[idx.0 as usize] = None;
        }
    }
}
