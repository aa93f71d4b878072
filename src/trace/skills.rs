//! Skills in a cell: `billing=7;zh=10` of an agent, `billing>=5;zh>=1` of a contact.

use crate::router::ids::Name;
use crate::router::policy::{Level, SKILLS_MAX, SkillMap};

/// Reads the skills of an agent.
pub fn of_agent(text: &str) -> Result<SkillMap, String> {
    read(text, "=", "billing=7;zh=10")
}

/// Reads the requirements of a contact.
pub fn required(text: &str) -> Result<SkillMap, String> {
    read(text, ">=", "billing>=5;zh>=1")
}

fn read(text: &str, sign: &str, example: &str) -> Result<SkillMap, String> {
    let mut skills = SkillMap::new();
    for part in text.split(';').map(str::trim) {
        if part.is_empty() {
            continue;
        }
        let wrong = |why: &str| format!("\"{part}\" {why}: write it as {example}");
        let (name, level) = part
            .split_once(sign)
            .ok_or_else(|| wrong("is not a skill with a level"))?;
        let name = Name::new(name.trim()).map_err(|why| wrong(&format!("cannot be: {why}")))?;
        let level = level
            .trim()
            .parse()
            .ok()
            .filter(|level| (Level::MIN.0..=Level::MAX.0).contains(level))
            .ok_or_else(|| wrong("needs a level from 1 to 10"))?;
        if skills.insert(name, Level(level)).is_some() {
            return Err(wrong("stands there twice"));
        }
    }
    if skills.len() > SKILLS_MAX {
        return Err(format!("{} skills: at most {SKILLS_MAX}", skills.len()));
    }
    Ok(skills)
}
