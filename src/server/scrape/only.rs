//! The part of the Prometheus text for one tenant: its own series, and those without a tenant.

/// The text without the series of other tenants.
pub fn of_tenant(text: &str, tenant: &str) -> String {
    let wanted = tenant.replace('\\', "\\\\").replace('"', "\\\"");
    let lines = text.split_inclusive('\n').filter(|line| {
        let series = (!line.starts_with('#')).then(|| tenant_of(line)).flatten();
        series.is_none_or(|of| of == wanted)
    });
    lines.collect()
}

/// The escaped value of the label `tenant`.
fn tenant_of(line: &str) -> Option<&str> {
    let (_, mut labels) = line.split_once('{')?;
    loop {
        let (name, rest) = labels.split_once("=\"")?;
        let end = value_end(rest)?;
        if name == "tenant" {
            return rest.get(..end);
        }
        labels = rest.get(end + 1..)?.strip_prefix(',')?;
    }
}

/// The end of a value: the first unescaped quote.
fn value_end(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::of_tenant;

    #[test]
    fn a_tenant_sees_its_own_series_and_those_without_a_tenant() {
        let own = "# TYPE waiting gauge\n\
                   waiting{tenant=\"a\",queue=\"x\"} 1\n\
                   wait_bucket{tenant=\"a\",queue=\"x\",le=\"1\"} 1\n\
                   connections 3\n\
                   closed{reason=\"idle\"} 3\n";
        let others = "waiting{tenant=\"b\",queue=\"x\"} 1\n\
                      waiting{queue=\"x\",tenant=\"b\"} 1\n\
                      waiting{queue=\"x,tenant=\\\"a\\\"\",tenant=\"b\"} 1\n\
                      waiting{tenant=\"b\",queue=\"x\\\",tenant=\\\"a\"} 1\n\
                      waiting{tenant=\"a\\\"\",queue=\"x\"} 1\n";
        assert_eq!(of_tenant(&format!("{own}{others}"), "a"), own);
        let odd = "waiting{tenant=\"a\\\"\\\\\",queue=\"x\"} 1\n";
        assert_eq!(
            of_tenant(&format!("{own}{odd}"), "a\"\\"),
            format!(
                "{}{}{odd}",
                "# TYPE waiting gauge\n", "connections 3\nclosed{reason=\"idle\"} 3\n"
            )
        );
    }
}
