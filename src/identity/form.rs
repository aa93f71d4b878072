//! The one form of an identity, by its scheme.

use unicode_normalization::UnicodeNormalization;

use super::tel;
use crate::router::codes::MailCase;
use crate::router::ids::Name;
use crate::router::policy::Settings;

/// The form of an identity where it differs from what is written. An id without a scheme, such as
/// `li`, is one already.
pub fn form(written: &Name, by: &Settings) -> Option<Name> {
    let text = written.as_str();
    // As platforms send it: nothing to do.
    if text.strip_prefix("tel:").is_some_and(tel::is_in_form) {
        return None;
    }
    let (scheme, value) = split(text)?;
    let value = value.trim();
    let (scheme, value) = match scheme.as_str() {
        "tel" => (scheme, tel::form(value, by.country)),
        "mail" => (scheme, mail(value, by.mail_case)),
        "sip" | "sips" if by.sip_is_tel => match number_of_sip(value) {
            Some(number) => ("tel".to_owned(), tel::form(number, by.country)),
            None => (scheme, value.to_owned()),
        },
        _ => (scheme, value.to_owned()),
    };
    let formed = format!("{scheme}:{value}");
    // One that would grow too long stays as it is.
    Name::new(&formed).ok().filter(|name| name != written)
}

/// The form of an identity.
pub fn one_form(written: &Name, by: &Settings) -> Name {
    form(written, by).unwrap_or_else(|| written.clone())
}

/// The scheme in lower case, and the rest. Letters and colon may be of full width, as an input
/// method of Chinese writes them.
fn split(text: &str) -> Option<(String, &str)> {
    let at = text.find([':', '：'])?;
    let (scheme, rest) = text.split_at(at);
    let value = rest.strip_prefix([':', '：'])?;
    let scheme: String = scheme
        .trim()
        .nfkc()
        .collect::<String>()
        .to_ascii_lowercase();
    let mut letters = scheme.bytes();
    let is_scheme = letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+.-_".contains(&byte));
    is_scheme.then_some((scheme, value))
}

/// An address of e-mail: the domain does not know case; the part before it hardly ever does.
fn mail(value: &str, case: MailCase) -> String {
    let Some((local, domain)) = value.rsplit_once(['@', '＠']) else {
        return value.to_owned();
    };
    let local = match case {
        MailCase::Lower => local.trim().to_lowercase(),
        MailCase::Keep => local.trim().to_owned(),
    };
    let domain = domain.trim().trim_end_matches('.').to_lowercase();
    format!("{local}@{domain}")
}

/// The user of a SIP address, if it is a telephone number.
fn number_of_sip(address: &str) -> Option<&str> {
    let user = address.split('@').next()?;
    let number = user.split(';').next()?;
    let digits = number.strip_prefix('+').unwrap_or(number);
    let is_separator = |byte: u8| b"-.() ".contains(&byte);
    let is_number = digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || is_separator(byte));
    is_number.then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::country::Country;

    fn formed(text: &str, by: &Settings) -> String {
        one_form(&Name::of(text), by).as_str().to_owned()
    }

    fn in_china() -> Settings {
        Settings {
            country: Country::new("CN").ok(),
            ..Settings::default()
        }
    }

    #[test]
    fn one_person_in_many_spellings_is_one() {
        for written in [
            "tel:+8613800138000",
            "tel:13800138000",
            "tel:138 0013 8000",
            "tel:138-0013-8000",
            "TEL:+86 138 0013 8000",
            "tel:008613800138000",
            "tel:0086 138 0013 8000",
            "tel:+86 (0)138 0013 8000",
            "tel:+86 0138 0013 8000",
            "tel:013800138000",
            "tel:8613800138000",
            "tel:１３８００１３８０００",
            "tel:＋８６１３８００１３８０００",
            "tel：13800138000",
            "tel: 13800138000",
            "tel:+86-138-0013-8000",
            "tel:+86.138.0013.8000",
        ] {
            assert_eq!(
                formed(written, &in_china()),
                "tel:+8613800138000",
                "{written}"
            );
        }
        assert_eq!(formed("tel:010-12345678", &in_china()), "tel:+861012345678");
        assert_eq!(
            formed("tel:+86 (10) 1234 5678", &in_china()),
            "tel:+861012345678"
        );
    }

    #[test]
    fn short_numbers_and_words_stay() {
        for written in [
            "tel:95598",
            "tel:12345",
            "tel:110",
            "tel:anonymous",
            "tel:",
            "tel:1-800-FLOWERS",
            "li",
            "wechat:Li_Hua",
            "客户:张三",
            "+8613800138000",
        ] {
            assert_eq!(formed(written, &in_china()), written);
        }
    }

    #[test]
    fn without_a_country_only_international_forms_are_known() {
        let by = Settings::default();
        assert_eq!(formed("tel:13800138000", &by), "tel:13800138000");
        assert_eq!(formed("tel:010-12345678", &by), "tel:010-12345678");
        assert_eq!(formed("tel:0044 (0)20 7946 0958", &by), "tel:+442079460958");
        assert_eq!(formed("tel:+44 20 7946 0958", &by), "tel:+442079460958");
        assert_eq!(
            formed("tel:+39 06 1234 5678", &by),
            "tel:+390612345678",
            "Italy dials its 0"
        );
    }

    #[test]
    fn an_extension_is_kept() {
        let by = in_china();
        let with = "tel:+861012345678;ext=21";
        for written in [
            "tel:010-12345678;ext=21",
            "tel:+861012345678;EXT=21",
            "tel:010 1234 5678 ext. 21",
            "tel:01012345678x21",
            "tel:010-12345678转21",
            "tel:+861012345678;ext=21;cpc=ordinary",
        ] {
            assert_eq!(formed(written, &by), with, "{written}");
        }
        assert_eq!(
            formed("tel:13800138000;phone-context=+86", &Settings::default()),
            "tel:+8613800138000"
        );
    }

    #[test]
    fn mail_is_lower_case_unless_its_case_is_kept() {
        let keep = Settings {
            mail_case: MailCase::Keep,
            ..Settings::default()
        };
        assert_eq!(
            formed("Mail:Li.Hua@X.CN", &Settings::default()),
            "mail:li.hua@x.cn"
        );
        assert_eq!(formed("mail:Li.Hua@X.CN", &keep), "mail:Li.Hua@x.cn");
        assert_eq!(formed("mail:nobody", &keep), "mail:nobody");
    }

    #[test]
    fn a_sip_address_is_a_number_only_where_it_is_said() {
        let mut by = in_china();
        let address = "sip:13800138000@pbx.example;user=phone";
        assert_eq!(formed(address, &by), address);
        assert_eq!(formed("SIP:Ada@Example", &by), "sip:Ada@Example");
        by.sip_is_tel = true;
        assert_eq!(formed(address, &by), "tel:+8613800138000");
        assert_eq!(formed("sip:+44 20 7946 0958@x", &by), "tel:+442079460958");
        assert_eq!(formed("sip:ada@example", &by), "sip:ada@example");
    }

    #[test]
    fn a_form_is_its_own_form() {
        let by = in_china();
        for written in [
            "tel:138 0013 8000",
            "tel:0086 955 98",
            "mail:A@B",
            "TEL: 955 98",
            "tel:+1",
        ] {
            let once = one_form(&Name::of(written), &by);
            assert_eq!(one_form(&once, &by), once, "{written}");
        }
    }
}
