//! Reads a line that is one plain request in one pass.
//!
//! `None` only means that the general reader must read the line: it is not plain, its members are
//! in an order that takes a second pass, or something is wrong with it.

use super::error::WireError;
use super::method::{self, Method};
use super::params::Params;
use super::plain::{Plain, Unusual};
use super::plain_params::PlainParams;
use super::request::{Call, Id};

/// The usual beginning of a request.
const BEGINNING: &str = "{\"jsonrpc\":\"2.0\"";

/// Reads one request.
pub fn read(text: &str, depth_max: usize) -> Option<Call> {
    let mut call = Call {
        id: None,
        method: None,
        key: None,
        request: Err(WireError::from(Unusual)),
    };
    members(&mut call, Plain::new(text, depth_max)?).ok()?;
    Some(call)
}

fn members(call: &mut Call, mut line: Plain<'_>) -> Result<(), Unusual> {
    let mut has_version = line.open_with(BEGINNING)?;
    let mut is_first = !has_version;
    if is_first {
        line.open(b'{')?;
    }
    while let Some(name) = line.member(&mut is_first)? {
        match name {
            "jsonrpc" if !has_version && line.string()? == "2.0" => has_version = true,
            "id" if call.id.is_none() => call.id = Some(id(&mut line)?),
            "method" if call.method.is_none() => {
                call.method = Some(method::find(line.string()?).ok_or(Unusual)?);
            }
            "params" if call.request.is_err() => {
                let method = call.method.ok_or(Unusual)?;
                understand(call, method, &mut line)?;
            }
            _ => return Err(Unusual),
        }
    }
    line.end()?;
    if !has_version {
        return Err(Unusual);
    }
    // A request without parameters.
    if call.request.is_err() {
        let method = call.method.ok_or(Unusual)?;
        let mut none = Plain::new("{}", 1).ok_or(Unusual)?;
        understand(call, method, &mut none)?;
    }
    Ok(())
}

fn id(line: &mut Plain<'_>) -> Result<Id, Unusual> {
    if line.byte() == Some(b'"') {
        return Ok(Id::Text(line.string()?.into()));
    }
    line.whole().map(Id::Number)
}

fn understand(
    call: &mut Call,
    method: &'static Method,
    line: &mut Plain<'_>,
) -> Result<(), Unusual> {
    let mut params = PlainParams::new(method, *line);
    call.request = method.read(&mut Params::Plain(&mut params));
    if call.request.is_err() {
        return Err(Unusual);
    }
    call.key = params.key()?;
    *line = params.line();
    Ok(())
}
