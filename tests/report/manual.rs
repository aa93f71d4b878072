//! The manual gives every measure's formula as the program does.

use std::fmt::Write as _;
use std::path::Path;

use firsthand::report::{MEASURES, Section, Unit};

const BEGIN: &str = "<!-- measures: begin, written from the table of measures -->\n";
const END: &str = "<!-- measures: end -->\n";

fn written() -> String {
    let mut text = String::new();
    for section in Section::ALL {
        let _ = writeln!(text, "\n### {}\n", section.title());
        text.push_str("| measure | unit | formula |\n|---|---|---|\n");
        for measure in MEASURES
            .iter()
            .filter(|measure| measure.section == *section)
        {
            let unit = match measure.unit {
                Unit::Count => "number",
                Unit::Share => "share",
                Unit::Duration => "ms",
                Unit::Ratio => "mean",
            };
            let _ = writeln!(
                text,
                "| `{}` | {unit} | {} |",
                measure.name, measure.formula
            );
        }
    }
    text + "\n"
}

#[test]
fn the_manual_lists_every_measure() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report.md");
    let text = std::fs::read_to_string(&path).expect("the manual");
    let (before, rest) = text.split_once(BEGIN).expect("the first mark");
    let (found, after) = rest.split_once(END).expect("the second mark");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        let whole = format!("{before}{BEGIN}{}{END}{after}", written());
        std::fs::write(&path, whole).expect("written");
    } else {
        assert_eq!(found, written(), "run with UPDATE_EXPECT=1 and read it");
    }
}

#[test]
fn measures_have_names_of_their_own() {
    let mut names: Vec<&str> = MEASURES.iter().map(|measure| measure.name).collect();
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
}
