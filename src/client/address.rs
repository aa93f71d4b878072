//! The address of a daemon as an operator writes it: a path or `host:port`.
//!
//! Nothing is resolved or opened here.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a daemon's control socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

impl Default for Address {
    /// The Unix socket of the default configuration.
    fn default() -> Self {
        let server = crate::config::Server::default();
        Self::Unix(
            server
                .socket
                .unwrap_or_else(|| PathBuf::from("firsthand.sock")),
        )
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads `unix:PATH` or `tcp:HOST:PORT`. Otherwise text with a `/` is a path, text ending in
    /// `:` and a number is a host with its port, and everything else is a path.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return Self::path(path);
        }
        if let Some(host) = text.strip_prefix("tcp:") {
            return match port(host) {
                Some(_) => Ok(Self::Tcp(host.to_owned())),
                None => Err(format!("\"{host}\" has no port: give host:port")),
            };
        }
        if !text.contains('/') && port(text).is_some() {
            return Ok(Self::Tcp(text.to_owned()));
        }
        Self::path(text)
    }
}

impl Address {
    fn path(path: &str) -> Result<Self, String> {
        if path.is_empty() {
            return Err("give the path of a socket, or host:port".to_owned());
        }
        Ok(Self::Unix(PathBuf::from(path)))
    }
}

fn port(text: &str) -> Option<u16> {
    let (host, port) = text.rsplit_once(':')?;
    if host.is_empty() {
        return None;
    }
    port.parse().ok()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "{}", path.display()),
            Self::Tcp(host) => f.write_str(host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_path_or_a_host_with_a_port() {
        let unix = |path: &str| Ok(Address::Unix(PathBuf::from(path)));
        let tcp = |host: &str| Ok(Address::Tcp(host.to_owned()));
        for (text, address) in [
            (
                "/run/firsthand/firsthand.sock",
                unix("/run/firsthand/firsthand.sock"),
            ),
            ("here.sock", unix("here.sock")),
            ("./odd:7878", unix("./odd:7878")),
            ("unix:odd:7878", unix("odd:7878")),
            ("127.0.0.1:7878", tcp("127.0.0.1:7878")),
            ("[::1]:7878", tcp("[::1]:7878")),
            ("tcp:pbx.example.com:7878", tcp("pbx.example.com:7878")),
            (":7878", unix(":7878")),
        ] {
            assert_eq!(text.parse(), address, "{text}");
        }
        assert!("".parse::<Address>().is_err());
        assert!("tcp:localhost".parse::<Address>().is_err());
    }
}
