//! A page of a list as JSON.
//!
//! A page has at most as many items as were requested and ends early at [`PAGE_BYTES_MAX`]; `next`
//! then names the last item written.

use serde::Serialize;

use super::json::Json;
use super::limits::PAGE_BYTES_MAX;
use crate::router::answer::Page;
use crate::router::ids::Name;

/// Writes a page, with at least one item if the page has any.
pub(super) fn write<T: Serialize>(
    out: &mut Vec<u8>,
    page: &Page<T>,
    name: impl Fn(&T) -> &Name,
) -> Result<(), serde_json::Error> {
    let start = out.len();
    out.extend_from_slice(b"{\"items\":[");
    let mut last = None;
    for item in &page.items {
        if last.is_some() {
            if out.len() - start >= PAGE_BYTES_MAX {
                break;
            }
            out.push(b',');
        }
        item.serialize(Json(out))?;
        last = Some(item);
    }
    out.push(b']');
    let is_whole = match (last, page.items.last()) {
        (Some(last), Some(end)) => std::ptr::eq(last, end),
        (Some(_) | None, _) => true,
    };
    let next = if is_whole {
        page.next.as_ref()
    } else {
        last.map(name)
    };
    if let Some(next) = next {
        out.extend_from_slice(b",\"next\":");
        next.serialize(Json(out))?;
    }
    out.push(b'}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(page: &Page<Name>) -> serde_json::Value {
        let mut out = Vec::new();
        write(&mut out, page, |item| item).expect("names can be written");
        let mut plain = Vec::new();
        page.serialize(Json(&mut plain))
            .expect("names can be written");
        if out.len() < PAGE_BYTES_MAX {
            assert_eq!(out, plain, "a short page is written as it always was");
        }
        assert!(out.len() < PAGE_BYTES_MAX + 1_000);
        serde_json::from_slice(&out).expect("it is JSON")
    }

    #[test]
    fn a_page_ends_where_it_gets_too_long() {
        let name = |n: usize| Name::of(&format!("{n:0100}"));
        let page = |count: usize, next: Option<Name>| Page {
            items: (0..count).map(name).collect(),
            next,
        };
        assert_eq!(written(&page(0, None))["items"], serde_json::json!([]));
        written(&page(3, None));
        assert_eq!(written(&page(3, Some(name(2))))["next"], name(2).as_str());
        for next in [None, Some(name(19_999))] {
            let long = written(&page(20_000, next));
            let items = long["items"].as_array().expect("items");
            assert!((9_000..11_000).contains(&items.len()));
            assert_eq!(&long["next"], items.last().expect("there are some"));
        }
    }
}
