//! The OpenRPC document of the protocol, generated from the table of methods.

use std::sync::OnceLock;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::PROTOCOL;
use super::error::{Code, REFUSED};
use super::method::{KEY, Kind, METHODS, Method};
use crate::fields::Field;
use crate::router::event::TYPES;
use crate::router::reject::RejectKind;

/// The OpenRPC version of the document.
const OPENRPC: &str = "1.3.2";

/// The document, the same in every run.
pub fn document() -> Value {
    let methods: Vec<Value> = METHODS.iter().map(method).collect();
    json!({
        "openrpc": OPENRPC,
        "info": {
            "title": "firsthand",
            "version": PROTOCOL.to_string(),
            "description": "A call-centre router. JSON-RPC 2.0, one message a line, parameters by name only. \
                Times ending in _at are milliseconds since 1970, durations ending in _ms are milliseconds.",
        },
        "methods": methods,
        "components": {"errors": errors()},
        "x-events": TYPES,
    })
}

/// The document as it is sent, built once.
pub fn written() -> &'static RawValue {
    static WRITTEN: OnceLock<Box<RawValue>> = OnceLock::new();
    WRITTEN.get_or_init(|| {
        serde_json::value::to_raw_value(&document()).expect("a document of JSON can be written")
    })
}

/// The document as committed, indented.
pub fn text() -> String {
    format!("{:#}\n", document())
}

fn method(method: &Method) -> Value {
    let mut params: Vec<Value> = method
        .params
        .schemas()
        .map(|(field, schema)| param(field, schema))
        .collect();
    if method.kind == Kind::Mutation {
        params.push(param(&KEY, KEY.schema(None)));
    }
    let roles: Vec<&str> = method.roles.iter().map(|role| role.as_str()).collect();
    json!({
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "params": params,
        "result": {
            "name": "result",
            "description": method.answers,
            "schema": {"type": "object"},
        },
        "errors": [
            {"$ref": "#/components/errors/refused"},
            {"$ref": "#/components/errors/invalid_params"},
        ],
        "x-kind": match method.kind {
            Kind::Mutation => "mutation",
            Kind::Query => "query",
            Kind::Server => "server",
        },
        "x-roles": roles,
    })
}

fn param(param: &Field, schema: Value) -> Value {
    json!({
        "name": param.name,
        "required": param.required,
        "schema": schema,
    })
}

fn errors() -> Value {
    let kinds: Vec<&str> = RejectKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let error = |code: Code, message: &str| json!({"code": code.number(), "message": message});
    json!({
        "parse": error(Code::Parse, "the line is not JSON"),
        "invalid_request": error(Code::InvalidRequest, "not a request, or over a limit of the wire"),
        "method_not_found": error(Code::MethodNotFound, "the method does not exist"),
        "invalid_params": error(
            Code::InvalidParams,
            "a parameter is missing, unknown or wrong: data.field and data.expected say which and what would be right",
        ),
        "internal": error(Code::Internal, "the daemon failed"),
        "refused": {
            "code": REFUSED,
            "message": "the router refused; nothing has changed",
            "data": {"kind": kinds},
        },
    })
}
